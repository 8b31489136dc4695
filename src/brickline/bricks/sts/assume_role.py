"""AssumeRole: the trust policy decides, then a session of the role is issued."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.naming import Arn
from brickline.baseplate.policies import PolicyError, Question, decide, parse_policy
from brickline.baseplate.sessions import role_session_arn
from brickline.bricks.sts.session_token import described_credentials

_DEFAULT = 3600
_CHAINED = 3600
"""The longest session in seconds that a role's session can get of another role."""
_MOST_POLICY = 2048


class AssumeRole:
    """One operation."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._credentials = baseplate.credentials

    def assume_role(self, context: Context, request: Shape) -> Shape:
        role, account = _trusting_role(context, request)
        session, duration = request["RoleSessionName"], request.get("DurationSeconds", _DEFAULT)
        _check_duration(context, role, duration)
        principal = role_session_arn(account, role["RoleName"], session)
        answer: Shape = {
            "Credentials": described_credentials(self._credentials.issue(account, principal, duration, context.cause)),
            "AssumedRoleUser": {"AssumedRoleId": f"{role['RoleId']}:{session}", "Arn": principal},
        }
        if "Policy" in request:
            answer["PackedPolicySize"] = _packed_size(request["Policy"])
        return answer


def _trusting_role(context: Context, request: Shape) -> tuple[Shape, str]:
    """The role and its account. Refused, as AWS does, alike where it is not there and where it does not trust."""
    arn = request["RoleArn"]
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        raise Refused("ValidationError", f"RoleArn: {arn} is invalid") from None
    kind, _, name = parsed.resource.partition("/")
    if parsed.service != "iam" or kind != "role":
        raise _denied(context, arn, "it is not the ARN of a role")
    try:
        role = replace(context, account=parsed.account).call("iam", "GetRole", RoleName=name.rsplit("/", 1)[-1])["Role"]
    except Refused as refused:
        raise _denied(context, arn, refused.message) from None
    if role["Arn"].lower() != arn.lower():
        raise _denied(context, arn, f"the role's ARN is {role['Arn']}")
    if not _trusts(role, context, request):
        raise _denied(context, arn, "its trust policy does not name the caller")
    return role, parsed.account


def _trusts(role: Shape, context: Context, request: Shape) -> bool:
    values = {"sts:RoleSessionName": [request["RoleSessionName"]], "aws:PrincipalArn": [context.principal]}
    if "ExternalId" in request:
        values["sts:ExternalId"] = [request["ExternalId"]]
    question = Question("sts:AssumeRole", "*", context.principal, values)
    try:
        return decide(parse_policy(unquote(role["AssumeRolePolicyDocument"])), question)[0] == "allowed"
    except PolicyError:
        return False  # a condition that cannot be evaluated does not let anyone in


def _check_duration(context: Context, role: Shape, duration: int) -> None:
    if duration > role["MaxSessionDuration"]:
        raise Refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role "
            f"({duration} of {role['MaxSessionDuration']} seconds)",
        )
    if ":assumed-role/" in context.principal and duration > _CHAINED:
        raise Refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )


def _packed_size(policy: str) -> int:
    """Percent of the space for session policies. Refused where the policy is malformed."""
    try:
        parse_policy(policy)
    except PolicyError as error:
        raise Refused("MalformedPolicyDocument", f"Policy: {error}") from None
    return min(100, 100 * len(json.dumps(json.loads(policy), separators=(",", ":"))) // _MOST_POLICY)


def _denied(context: Context, arn: str, reason: str) -> Refused:
    message = f"User: {context.principal} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    return Refused("AccessDenied", f"{message} ({reason})", 403)
