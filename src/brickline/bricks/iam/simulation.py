"""Simulation: what the policies of an identity, or given ones, say about actions on resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.policies import PolicyError, Question, Statement, decide
from brickline.bricks.iam.identities import SORTS, Identities
from brickline.bricks.iam.pages import page
from brickline.bricks.iam.policy_catalogue import PolicyCatalogue
from brickline.bricks.iam.refusals import checked_policy, invalid_input, missing

Policies = list[tuple[str, list[Statement]]]
"""Each policy's id, as the answer names it, and its statements."""


class Simulation:
    """SimulatePrincipalPolicy and SimulateCustomPolicy."""

    def __init__(self, identities: Identities, catalogue: PolicyCatalogue) -> None:
        self._identities = identities
        self._catalogue = catalogue

    def simulate_principal_policy(self, context: Context, request: Shape) -> Shape:
        identity = self._identity(context, request["PolicySourceArn"])
        policies = self._policies(context, identity) + _given(request, "PolicyInputList")
        boundary = _given(request, "PermissionsBoundaryPolicyInputList") or self._boundary(context, identity)
        return _results(request, policies, boundary, identity.arn)

    def simulate_custom_policy(self, _context: Context, request: Shape) -> Shape:
        policies, boundary = _given(request, "PolicyInputList"), _given(request, "PermissionsBoundaryPolicyInputList")
        return _results(request, policies, boundary, request.get("CallerArn", ""))

    def _identity(self, context: Context, arn: str) -> Resource:
        for sort in SORTS:
            if found := self._identities.of(context, sort).by_arn(arn):
                return found
        if not arn.startswith("arn:aws:iam:"):
            raise invalid_input(f"PolicySourceArn: {arn} is not the ARN of a role, user or group")
        raise missing(f"PolicySourceArn: {arn} cannot be found")

    def _policies(self, context: Context, identity: Resource) -> Policies:
        found = [(name, checked_policy(text)) for name, text in identity.private.get("inline", {}).items()]
        for arn, name in identity.private.get("attached", {}).items():
            found += self._managed(context, arn, name)
        for group in identity.private.get("groups", ()):
            found += self._policies(context, self._identities.get(context, "Group", group))
        return found

    def _boundary(self, context: Context, identity: Resource) -> Policies:
        boundary = identity.document.get("PermissionsBoundary")
        return self._managed(context, boundary["PermissionsBoundaryArn"], "boundary") if boundary else []

    def _managed(self, context: Context, arn: str, name: str) -> Policies:
        """Nothing for one of AWS's whose document is not known."""
        try:
            return [(name, checked_policy(self._catalogue.text(context, arn)))]
        except Refused:
            return []


def _given(request: Shape, member: str) -> Policies:
    return [(f"{member}.{number}", checked_policy(text)) for number, text in enumerate(request.get(member, ()), 1)]


def _results(request: Shape, policies: Policies, boundary: Policies, principal: str) -> Shape:
    values = {entry["ContextKeyName"]: entry.get("ContextKeyValues", []) for entry in request.get("ContextEntries", ())}
    results = [
        _result(policies, boundary, Question(action, resource, principal, values))
        for action in request["ActionNames"]
        for resource in request.get("ResourceArns") or ["*"]
    ]
    return page(results, request, "EvaluationResults")


def _result(policies: Policies, boundary: Policies, question: Question) -> Shape:
    try:
        decision, matched = decide(_statements(policies), question)
        allowed_by_boundary = not boundary or decide(_statements(boundary), question)[0] == "allowed"
    except PolicyError as error:
        raise Refused("PolicyEvaluation", str(error), 500) from None
    if decision == "allowed" and not allowed_by_boundary:
        decision, matched = "implicitDeny", []
    result: Shape = {
        "EvalActionName": question.action,
        "EvalResourceName": question.resource,
        "EvalDecision": decision,
        "MatchedStatements": [{"SourcePolicyId": _source(policies, statement)} for statement in matched],
        "MissingContextValues": [],
    }
    if boundary:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed_by_boundary}
    return result


def _statements(policies: Policies) -> Iterable[Statement]:
    return (statement for _, statements in policies for statement in statements)


def _source(policies: Sequence[tuple[str, list[Statement]]], statement: Statement) -> str:
    return next(name for name, statements in policies if any(statement is known for known in statements))
