"""Groups of users."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.kinds import GROUP, arn_with_path, new_id
from brickline.bricks.iam.pages import page, resource_page
from brickline.bricks.iam.refusals import delete_conflict


class Groups:
    """The groups of each account; who is in them is kept with the users."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def create_group(self, context: Context, request: Shape) -> Shape:
        name, path = request["GroupName"], request.get("Path", "/")
        arn = arn_with_path(context.account, GROUP, path, name)
        groups, document = self._identities.of(context, "Group"), {"Path": path, "GroupId": new_id("AGPA")}
        return {"Group": groups.create(context, name, document, arn=arn).document}

    def get_group(self, context: Context, request: Shape) -> Shape:
        group = self._identities.get(context, "Group", request["GroupName"])
        users = [user.document for user in self._members(context, group)]
        return {"Group": group.document, **page(users, request, "Users")}

    def list_groups(self, context: Context, request: Shape) -> Shape:
        return resource_page(self._identities.of(context, "Group"), context, request)

    def list_groups_for_user(self, context: Context, request: Shape) -> Shape:
        user = self._identities.get(context, "User", request["UserName"])
        names = user.private.get("groups", [])
        groups = [self._identities.get(context, "Group", name).document for name in names]
        return page(groups, request, "Groups")

    def add_user_to_group(self, context: Context, request: Shape) -> Shape:
        group = self._identities.get(context, "Group", request["GroupName"])
        with self._identities.change(context, "User", request["UserName"]) as user:
            user.private["groups"] = sorted({*user.private.get("groups", ()), group.name})
        return {}

    def remove_user_from_group(self, context: Context, request: Shape) -> Shape:
        group = self._identities.get(context, "Group", request["GroupName"])
        with self._identities.change(context, "User", request["UserName"]) as user:
            user.private["groups"] = [name for name in user.private.get("groups", ()) if name != group.name]
        return {}

    def delete_group(self, context: Context, request: Shape) -> Shape:
        group = self._identities.get(context, "Group", request["GroupName"])
        if self._members(context, group):
            raise delete_conflict("remove users from group")
        if group.private.get("attached"):
            raise delete_conflict("detach all policies")
        if group.private.get("inline"):
            raise delete_conflict("delete policies")
        self._identities.of(context, "Group").delete(group)
        return {}

    def _members(self, context: Context, group: Resource) -> list[Resource]:
        users = self._identities.of(context, "User").all(context)
        return [user for user in users if group.name in user.private.get("groups", ())]
