"""Roles: create, get, list, update, delete; trust policy and permissions boundary."""

from __future__ import annotations

from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.iam.identities import Identities, described
from brickline.bricks.iam.kinds import INSTANCE_PROFILE
from brickline.bricks.iam.pages import resource_page
from brickline.bricks.iam.refusals import checked_policy, delete_conflict
from brickline.bricks.iam.tags import requested_tags


def boundary(arn: str) -> Shape:
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


class Roles:
    """The roles of each account."""

    def __init__(self, baseplate: Baseplate, identities: Identities) -> None:
        self._store = baseplate.store
        self._profiles = Resources(baseplate, INSTANCE_PROFILE)
        self._identities = identities

    def create_role(self, context: Context, request: Shape) -> Shape:
        members: Shape = {name: request[name] for name in ("Description", "MaxSessionDuration") if name in request}
        if arn := request.get("PermissionsBoundary"):
            members |= boundary(arn)
        trust, path = request["AssumeRolePolicyDocument"], request.get("Path", "/")
        with self._store.write():
            role = self._identities.create_role(context, request["RoleName"], trust, path, **members)
            role.tags = requested_tags(request)
            set_tags(self._store, role, role.tags)
        return {"Role": described(role)}

    def get_role(self, context: Context, request: Shape) -> Shape:
        return {"Role": {**described(self._identities.get(context, "Role", request["RoleName"])), "RoleLastUsed": {}}}

    def list_roles(self, context: Context, request: Shape) -> Shape:
        return resource_page(self._identities.of(context, "Role"), context, request)

    def update_role(self, context: Context, request: Shape) -> Shape:
        with self._identities.change(context, "Role", request["RoleName"]) as role:
            role.document.update({m: request[m] for m in ("Description", "MaxSessionDuration") if m in request})
        return {}

    def update_role_description(self, context: Context, request: Shape) -> Shape:
        with self._identities.change(context, "Role", request["RoleName"]) as role:
            role.document["Description"] = request["Description"]
        return {"Role": described(role)}

    def update_assume_role_policy(self, context: Context, request: Shape) -> Shape:
        checked_policy(request["PolicyDocument"])
        with self._identities.change(context, "Role", request["RoleName"]) as role:
            role.document["AssumeRolePolicyDocument"] = quote(request["PolicyDocument"], safe="")
        return {}

    def put_role_permissions_boundary(self, context: Context, request: Shape) -> Shape:
        with self._identities.change(context, "Role", request["RoleName"]) as role:
            role.document.update(boundary(request["PermissionsBoundary"]))
        return {}

    def delete_role_permissions_boundary(self, context: Context, request: Shape) -> Shape:
        with self._identities.change(context, "Role", request["RoleName"]) as role:
            role.document.pop("PermissionsBoundary", None)
        return {}

    def delete_role(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            role = self._identities.get(context, "Role", request["RoleName"])
            if role.private.get("attached"):
                raise delete_conflict("detach all policies")
            if role.private.get("inline"):
                raise delete_conflict("delete policies")
            if any(profile.private.get("role") == role.name for profile in self._profiles.all(context)):
                raise delete_conflict("remove roles from instance profile")
            self._identities.of(context, "Role").delete(role)
        return {}
