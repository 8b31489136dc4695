"""A function's resource policy: who else may invoke it. Kept and shown."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.bricks.awslambda.lookup import Lookup
from brickline.bricks.awslambda.refusals import conflict, not_found

_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
}


class Permissions:
    """AddPermission, RemovePermission, GetPolicy; each qualifier has a policy of its own."""

    def __init__(self, baseplate: Baseplate, lookup: Lookup) -> None:
        self._store = baseplate.store
        self._lookup = lookup

    def add_permission(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        sid = request["StatementId"]
        with self._lookup.functions.change_id(target.function.id) as function:
            policy = function.private.setdefault("policy", {}).setdefault(target.arn, {})
            if sid in policy:
                raise conflict(f"The statement id ({sid}) provided already exists. Please provide a new statement id.")
            policy[sid] = _statement(request, target.arn)
        return {"Statement": json.dumps(policy[sid])}

    def remove_permission(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        with self._lookup.functions.change_id(target.function.id) as function:
            policy = function.private.get("policy", {}).get(target.arn, {})
            if policy.pop(request["StatementId"], None) is None:
                raise not_found(f"Statement {request['StatementId']} is not found in resource policy.")
        return {}

    def get_policy(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        policy = target.function.private.get("policy", {}).get(target.arn)
        if not policy:
            raise not_found("The resource you requested does not exist.")
        document = {"Version": "2012-10-17", "Id": "default", "Statement": list(policy.values())}
        return {"Policy": json.dumps(document), "RevisionId": target.configuration["RevisionId"]}


def _statement(request: Shape, arn: str) -> Shape:
    principal = request["Principal"]
    statement: Shape = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else _principal(principal),
        "Action": request["Action"],
        "Resource": arn,
    }
    conditions: dict[str, dict[str, str]] = {}
    for member, (operator, key) in _CONDITIONS.items():
        if member in request:
            conditions.setdefault(operator, {})[key] = request[member]
    return {**statement, "Condition": conditions} if conditions else statement


def _principal(principal: str) -> dict[str, str]:
    """A service by its host name, else an account by its number or an identity by its ARN."""
    if principal.isdigit():
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return {"AWS": principal} if principal.startswith("arn:") else {"Service": principal}
