"""Service-linked roles: roles that belong to one service and are named by it."""

from __future__ import annotations

import json

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.bricks.iam.identities import Identities, described
from brickline.bricks.iam.refusals import invalid_input, missing

_NAMES = {"sagemaker": "SageMaker", "lambda": "Lambda", "events": "Events", "ecs": "ECS"}
_DELETED = "task/aws-service-role/"


class ServiceLinkedRoles:
    """Create and delete."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def create_service_linked_role(self, context: Context, request: Shape) -> Shape:
        service = request["AWSServiceName"]
        role = self._identities.create_role(
            context,
            role_name(service, request.get("CustomSuffix")),
            json.dumps(_trust(service)),
            f"/aws-service-role/{service}/",
            Description=request.get("Description", ""),
        )
        return {"Role": described(role)}

    def delete_service_linked_role(self, context: Context, request: Shape) -> Shape:
        role = self._identities.get(context, "Role", request["RoleName"])
        if not role.document["Path"].startswith("/aws-service-role/"):
            raise invalid_input(f"RoleName: {role.name} is not a service-linked role; use DeleteRole")
        self._identities.of(context, "Role").delete(role)
        return {"DeletionTaskId": f"{_DELETED}{role.name}/{naming.unique_id()}"}

    def get_service_linked_role_deletion_status(self, _context: Context, request: Shape) -> Shape:
        task = request["DeletionTaskId"]
        if not task.startswith(_DELETED):
            raise missing(f"DeletionTaskId: there is no task {task}")
        return {"Status": "SUCCEEDED"}  # the role was gone before its task's id was given out


def role_name(service: str, suffix: str | None = None) -> str:
    """`AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint` for the scaling of endpoints, and so on."""
    first, _, rest = service.removesuffix(".amazonaws.com").partition(".")
    if rest == "application-autoscaling":
        name = f"ApplicationAutoScaling_{''.join(word.capitalize() for word in first.split('-'))}"
    else:
        name = _NAMES.get(first) or "".join(word.capitalize() for word in first.split("-"))
    return f"AWSServiceRoleFor{name}{f'_{suffix}' if suffix else ''}"


def _trust(service: str) -> Shape:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}
