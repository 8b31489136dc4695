"""Roles, users and groups of an account. The first look at an account gives it the default roles."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal
from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.iam.default_roles import DEFAULT_POLICY, DEFAULT_ROLES, trust_policy
from brickline.bricks.iam.kinds import ACCOUNT, GROUP, ROLE, USER, arn_with_path, new_id
from brickline.bricks.iam.refusals import checked_policy

Sort = Literal["Role", "User", "Group"]

SORTS: tuple[Sort, ...] = ("Role", "User", "Group")


class Identities:
    """Each identity's document is its Get response; policies, keys and memberships are in `private`:

    `attached` (policy ARN -> name), `inline` (name -> document), `groups` (a user's), `keys`, `service_credentials`.
    """

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._kinds = {
            "Role": Resources(baseplate, ROLE),
            "User": Resources(baseplate, USER),
            "Group": Resources(baseplate, GROUP),
        }
        self._accounts = Resources(baseplate, ACCOUNT)
        self._seen: set[str] = set()

    def of(self, context: Context, sort: Sort) -> Resources:
        if context.account not in self._seen:
            self._give_defaults(context)
        return self._kinds[sort]

    def get(self, context: Context, sort: Sort, name: str) -> Resource:
        return self.of(context, sort).get(context, name)

    def change(self, context: Context, sort: Sort, name: str) -> AbstractContextManager[Resource]:
        return self.of(context, sort).change(context, name)

    def account(self, context: Context) -> AbstractContextManager[Resource]:
        """The account's own record, to change."""
        self.of(context, "Role")
        return self._accounts.change(context, "account")

    def create_role(self, context: Context, name: str, trust: str, path: str = "/", **members: object) -> Resource:
        """A new role. Refused where the trust policy is malformed."""
        self.of(context, "Role")
        checked_policy(trust)
        return self._new_role(context, name, trust, path, **members)

    def _new_role(self, context: Context, name: str, trust: str, path: str, **members: object) -> Resource:
        document = {
            "Path": path,
            "RoleId": new_id("AROA"),
            "AssumeRolePolicyDocument": quote(trust, safe=""),
            "MaxSessionDuration": 3600,
            **members,
        }
        arn = arn_with_path(context.account, ROLE, path, name)
        return self._kinds["Role"].create(context, name, document, arn=arn)

    def with_policy(self, context: Context, arn: str) -> list[tuple[Sort, Resource]]:
        """Every identity that a managed policy is attached to."""
        return [
            (sort, identity)
            for sort in SORTS
            for identity in self.of(context, sort).all(context)
            if arn in identity.private.get("attached", ())
        ]

    def _give_defaults(self, context: Context) -> None:
        """Once for each role: one that its user deleted does not come back."""
        with self._store.write():
            if not self._accounts.exists(context, "account"):
                self._accounts.create(context, "account", {}, private={"given": []})
            with self._accounts.change(context, "account") as account:
                for name in DEFAULT_ROLES.keys() - set(account.private["given"]):
                    self._give(context, name)
                account.private["given"] = list(DEFAULT_ROLES)
            self._store.after_commit(lambda: self._seen.add(context.account))

    def _give(self, context: Context, name: str) -> None:
        path, services = DEFAULT_ROLES[name]
        if not self._kinds["Role"].exists(context, name):
            self._new_role(context, name, trust_policy(context.account, services), path)
            with self._kinds["Role"].change(context, name) as role:
                role.private["attached"] = {DEFAULT_POLICY: DEFAULT_POLICY.rsplit("/", 1)[-1]}


def described(identity: Resource) -> Shape:
    """The Get response, with tags."""
    tags = [{"Key": key, "Value": value} for key, value in identity.tags.items()]
    return {**identity.document, "Tags": tags} if tags else identity.document
