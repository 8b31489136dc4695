"""Instance profiles: each passes one role to an instance."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.kinds import INSTANCE_PROFILE, arn_with_path, new_id
from brickline.bricks.iam.pages import page, resource_page
from brickline.bricks.iam.refusals import delete_conflict, limit_exceeded, missing
from brickline.bricks.iam.tags import requested_tags


class InstanceProfiles:
    """The instance profiles of each account."""

    def __init__(self, baseplate: Baseplate, identities: Identities) -> None:
        self._profiles = Resources(baseplate, INSTANCE_PROFILE)
        self._identities = identities

    def create_instance_profile(self, context: Context, request: Shape) -> Shape:
        name, path = request["InstanceProfileName"], request.get("Path", "/")
        document = {"Path": path, "InstanceProfileId": new_id("AIPA"), "Roles": []}
        arn = arn_with_path(context.account, INSTANCE_PROFILE, path, name)
        profile = self._profiles.create(context, name, document, arn=arn, tags=requested_tags(request))
        return {"InstanceProfile": profile.document}

    def get_instance_profile(self, context: Context, request: Shape) -> Shape:
        return {"InstanceProfile": self._profiles.get(context, request["InstanceProfileName"]).document}

    def list_instance_profiles(self, context: Context, request: Shape) -> Shape:
        return resource_page(self._profiles, context, request)

    def list_instance_profiles_for_role(self, context: Context, request: Shape) -> Shape:
        role = self._identities.get(context, "Role", request["RoleName"])
        found = [
            profile.document for profile in self._profiles.all(context) if profile.private.get("role") == role.name
        ]
        return page(found, request, "InstanceProfiles")

    def add_role_to_instance_profile(self, context: Context, request: Shape) -> Shape:
        role = self._identities.get(context, "Role", request["RoleName"])
        with self._profiles.change(context, request["InstanceProfileName"]) as profile:
            if profile.private.get("role"):
                raise limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
            _set_role(profile, role)
        return {}

    def remove_role_from_instance_profile(self, context: Context, request: Shape) -> Shape:
        role = self._identities.get(context, "Role", request["RoleName"])
        with self._profiles.change(context, request["InstanceProfileName"]) as profile:
            if profile.private.get("role") != role.name:
                raise missing(f"The role with name {role.name} is not in instance profile {profile.name}.")
            _set_role(profile, None)
        return {}

    def delete_instance_profile(self, context: Context, request: Shape) -> Shape:
        profile = self._profiles.get(context, request["InstanceProfileName"])
        if profile.private.get("role"):
            raise delete_conflict("remove roles from instance profile")
        self._profiles.delete(profile)
        return {}


def _set_role(profile: Resource, role: Resource | None) -> None:
    profile.private["role"] = role.name if role else None
    profile.document["Roles"] = [role.document] if role else []
