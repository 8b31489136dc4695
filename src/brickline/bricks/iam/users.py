"""Users: create, get, list, update, delete."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.iam.identities import Identities, described
from brickline.bricks.iam.kinds import USER, arn_with_path, new_id
from brickline.bricks.iam.pages import resource_page
from brickline.bricks.iam.refusals import delete_conflict
from brickline.bricks.iam.roles import boundary
from brickline.bricks.iam.tags import requested_tags

_KEPT = {
    "attached": "detach all policies",
    "inline": "delete policies",
    "groups": "remove users from group",
    "keys": "delete access keys",
    "service_credentials": "delete service specific credentials",
}
"""What keeps a user from being deleted."""


def calling_user(context: Context) -> str:
    """The name of the user who calls. Refused where the caller is no user."""
    kind, _, name = context.principal.split(":")[-1].partition("/")
    if kind != "user":
        raise Refused(
            "ValidationError", f"UserName: must be given when calling with non-User credentials ({context.principal})"
        )
    return name.rsplit("/", 1)[-1]


class Users:
    """The users of each account."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def create_user(self, context: Context, request: Shape) -> Shape:
        name, path = request["UserName"], request.get("Path", "/")
        document = {"Path": path, "UserId": new_id("AIDA")}
        if "PermissionsBoundary" in request:
            document |= boundary(request["PermissionsBoundary"])
        users, arn = self._identities.of(context, "User"), arn_with_path(context.account, USER, path, name)
        return {"User": described(users.create(context, name, document, arn=arn, tags=requested_tags(request)))}

    def get_user(self, context: Context, request: Shape) -> Shape:
        if not request.get("UserName") and context.principal == f"arn:aws:iam::{context.account}:root":
            return {"User": _root(context)}
        return {"User": described(self._named(context, request))}

    def list_users(self, context: Context, request: Shape) -> Shape:
        return resource_page(self._identities.of(context, "User"), context, request)

    def update_user(self, context: Context, request: Shape) -> Shape:
        if "NewUserName" in request and request["NewUserName"] != request["UserName"]:
            raise Refused("NotImplemented", "UpdateUser: a user is not renamed yet; create one with the new name")
        with self._identities.change(context, "User", request["UserName"]) as user:
            path = str(request.get("NewPath", user.document["Path"]))
            user.arn = arn_with_path(context.account, USER, path, user.name)
            user.document.update(Path=path, Arn=user.arn)
        return {}

    def delete_user(self, context: Context, request: Shape) -> Shape:
        user = self._identities.get(context, "User", request["UserName"])
        for member, action in _KEPT.items():
            if user.private.get(member):
                raise delete_conflict(action)
        self._identities.of(context, "User").delete(user)
        return {}

    def _named(self, context: Context, request: Shape) -> Resource:
        return self._identities.get(context, "User", request.get("UserName") or calling_user(context))


def _root(context: Context) -> Shape:
    return {"Path": "/", "UserId": context.account, "Arn": context.principal, "UserName": "root", "CreateDate": 0.0}
