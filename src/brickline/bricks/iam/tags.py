"""Tags of roles, users, policies and instance profiles."""

from __future__ import annotations

from functools import partialmethod
from typing import Literal

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.kinds import INSTANCE_PROFILE
from brickline.bricks.iam.pages import page
from brickline.bricks.iam.policy_catalogue import PolicyCatalogue
from brickline.bricks.iam.refusals import limit_exceeded

Tagged = Literal["Role", "User", "Policy", "InstanceProfile"]
_MOST = 50


def requested_tags(request: Shape) -> dict[str, str]:
    """The `Tags` member of a request. Refused where a key is given twice."""
    given = request.get("Tags") or []
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) != len(given):
        raise Refused("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return tags


class Tags:
    """Three operations, the same for each sort of resource."""

    def __init__(self, baseplate: Baseplate, identities: Identities, catalogue: PolicyCatalogue) -> None:
        self._store = baseplate.store
        self._profiles = Resources(baseplate, INSTANCE_PROFILE)
        self._identities = identities
        self._catalogue = catalogue

    def _tag(self, sort: Tagged, context: Context, request: Shape) -> Shape:
        with self._store.write():
            found = self._find(sort, context, request)
            tags = {**found.tags, **requested_tags(request)}
            if len(tags) > _MOST:
                raise limit_exceeded(f"Cannot exceed quota for TagsPer{sort}: {_MOST}")
            set_tags(self._store, found, tags)
        return {}

    def _untag(self, sort: Tagged, context: Context, request: Shape) -> Shape:
        with self._store.write():
            found = self._find(sort, context, request)
            kept = {key: value for key, value in found.tags.items() if key not in request["TagKeys"]}
            set_tags(self._store, found, kept)
        return {}

    def _list(self, sort: Tagged, context: Context, request: Shape) -> Shape:
        tags = self._find(sort, context, request).tags
        return page([{"Key": key, "Value": value} for key, value in tags.items()], request, "Tags")

    def _find(self, sort: Tagged, context: Context, request: Shape) -> Resource:
        if sort == "Policy":
            return self._catalogue.resource(context, request["PolicyArn"])
        if sort == "InstanceProfile":
            return self._profiles.get(context, request["InstanceProfileName"])
        return self._identities.get(context, sort, request[f"{sort}Name"])

    tag_role = partialmethod(_tag, "Role")
    tag_user = partialmethod(_tag, "User")
    tag_policy = partialmethod(_tag, "Policy")
    tag_instance_profile = partialmethod(_tag, "InstanceProfile")
    untag_role = partialmethod(_untag, "Role")
    untag_user = partialmethod(_untag, "User")
    untag_policy = partialmethod(_untag, "Policy")
    untag_instance_profile = partialmethod(_untag, "InstanceProfile")
    list_role_tags = partialmethod(_list, "Role")
    list_user_tags = partialmethod(_list, "User")
    list_policy_tags = partialmethod(_list, "Policy")
    list_instance_profile_tags = partialmethod(_list, "InstanceProfile")
