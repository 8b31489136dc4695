"""Resource policies of projects and report groups: kept, and shown again."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codebuild.kinds import PROJECT, invalid
from brickline.bricks.codebuild.reports.kinds import REPORT_GROUP


class ResourcePolicies:
    """Put, get and delete."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._kinds = [Resources(baseplate, kind) for kind in (PROJECT, REPORT_GROUP)]

    def put_resource_policy(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        try:
            json.loads(request["policy"])
        except ValueError as error:
            raise invalid(f"policy: not a JSON document: {error}") from None
        self._keep(request["resourceArn"], request["policy"])
        return {"resourceArn": request["resourceArn"]}

    def get_resource_policy(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        _, resource = self._find(request["resourceArn"])
        if not resource.private.get("policy"):
            raise _missing(request["resourceArn"])
        return {"policy": resource.private["policy"]}

    def delete_resource_policy(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        self._keep(request["resourceArn"], "")
        return {}

    def _keep(self, arn: str, policy: str) -> None:
        with self._store.write():
            kind, resource = self._find(arn)
            resource.private["policy"] = policy
            kind.keep(resource)

    def _find(self, arn: str) -> tuple[Resources, Resource]:
        for kind in self._kinds:
            if found := kind.by_arn(arn):
                return kind, found
        raise _missing(arn)


def _missing(arn: str) -> Refused:
    return Refused("ResourceNotFoundException", f"Resource policy or its resource cannot be found: {arn}")
