"""The policies of roles, users and groups: managed ones attached, inline ones embedded."""

from __future__ import annotations

from functools import partialmethod
from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.iam.identities import Identities, Sort
from brickline.bricks.iam.pages import page
from brickline.bricks.iam.policy_catalogue import PolicyCatalogue, policy_path
from brickline.bricks.iam.refusals import checked_policy, missing


class IdentityPolicies:
    """Seven operations, the same for the three sorts of identities."""

    def __init__(self, identities: Identities, catalogue: PolicyCatalogue) -> None:
        self._identities = identities
        self._catalogue = catalogue

    def _attach(self, sort: Sort, context: Context, request: Shape) -> Shape:
        policy = self._catalogue.get(context, request["PolicyArn"])
        with self._identities.change(context, sort, request[f"{sort}Name"]) as identity:
            identity.private.setdefault("attached", {})[policy["Arn"]] = policy["PolicyName"]
        return {}

    def _detach(self, sort: Sort, context: Context, request: Shape) -> Shape:
        arn = request["PolicyArn"]
        with self._identities.change(context, sort, request[f"{sort}Name"]) as identity:
            if identity.private.setdefault("attached", {}).pop(arn, None) is None:
                raise missing(f"Policy {arn} was not found.")
        return {}

    def _list_attached(self, sort: Sort, context: Context, request: Shape) -> Shape:
        attached = self._identities.get(context, sort, request[f"{sort}Name"]).private.get("attached", {})
        prefix = request.get("PathPrefix", "/")
        found = [
            {"PolicyName": name, "PolicyArn": arn}
            for arn, name in attached.items()
            if policy_path(arn).startswith(prefix)
        ]
        return page(found, request, "AttachedPolicies")

    def _put(self, sort: Sort, context: Context, request: Shape) -> Shape:
        checked_policy(request["PolicyDocument"])
        with self._identities.change(context, sort, request[f"{sort}Name"]) as identity:
            identity.private.setdefault("inline", {})[request["PolicyName"]] = request["PolicyDocument"]
        return {}

    def _get(self, sort: Sort, context: Context, request: Shape) -> Shape:
        identity, name = self._identities.get(context, sort, request[f"{sort}Name"]), request["PolicyName"]
        document = identity.private.get("inline", {}).get(name)
        if document is None:
            raise missing(f"The {sort.lower()} policy with name {name} cannot be found.")
        return {f"{sort}Name": identity.name, "PolicyName": name, "PolicyDocument": quote(document, safe="")}

    def _delete(self, sort: Sort, context: Context, request: Shape) -> Shape:
        name = request["PolicyName"]
        with self._identities.change(context, sort, request[f"{sort}Name"]) as identity:
            if identity.private.setdefault("inline", {}).pop(name, None) is None:
                raise missing(f"The {sort.lower()} policy with name {name} cannot be found.")
        return {}

    def _list(self, sort: Sort, context: Context, request: Shape) -> Shape:
        identity = self._identities.get(context, sort, request[f"{sort}Name"])
        return page(sorted(identity.private.get("inline", {})), request, "PolicyNames")

    attach_role_policy = partialmethod(_attach, "Role")
    attach_user_policy = partialmethod(_attach, "User")
    attach_group_policy = partialmethod(_attach, "Group")
    detach_role_policy = partialmethod(_detach, "Role")
    detach_user_policy = partialmethod(_detach, "User")
    detach_group_policy = partialmethod(_detach, "Group")
    list_attached_role_policies = partialmethod(_list_attached, "Role")
    list_attached_user_policies = partialmethod(_list_attached, "User")
    list_attached_group_policies = partialmethod(_list_attached, "Group")
    put_role_policy = partialmethod(_put, "Role")
    put_user_policy = partialmethod(_put, "User")
    put_group_policy = partialmethod(_put, "Group")
    get_role_policy = partialmethod(_get, "Role")
    get_user_policy = partialmethod(_get, "User")
    get_group_policy = partialmethod(_get, "Group")
    delete_role_policy = partialmethod(_delete, "Role")
    delete_user_policy = partialmethod(_delete, "User")
    delete_group_policy = partialmethod(_delete, "Group")
    list_role_policies = partialmethod(_list, "Role")
    list_user_policies = partialmethod(_list, "User")
    list_group_policies = partialmethod(_list, "Group")
