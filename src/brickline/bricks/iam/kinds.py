"""What IAM keeps: of an account, whatever the region."""

from __future__ import annotations

from dataclasses import replace

from brickline.baseplate import naming
from brickline.baseplate.kinds import Kind, Listing


def _listing(result: str) -> Listing:
    return Listing(
        result,
        sort={"Name": "lookup"},
        default_sort="Name",
        default_order="Ascending",
        page=100,
        max_page=1000,
        size="MaxItems",
        token="Marker",  # noqa: S106
        filters={"PathPrefix": lambda found, prefix: found.document["Path"].startswith(prefix)},
    )


ROLE = Kind(
    service="iam",
    name="role",
    name_member="RoleName",
    arn_member="Arn",
    arn="role/{name}",
    missing=("NoSuchEntity", "The role with name {name} cannot be found."),
    taken=("EntityAlreadyExists", "Role with name {name} already exists."),
    missing_status=404,
    taken_status=409,
    created_member="CreateDate",
    ignores_case=True,
    scope="account",
    listing=_listing("Roles"),
)
USER = replace(
    ROLE,
    name="user",
    name_member="UserName",
    arn="user/{name}",
    missing=("NoSuchEntity", "The user with name {name} cannot be found."),
    taken=("EntityAlreadyExists", "User with name {name} already exists."),
    listing=_listing("Users"),
)
GROUP = replace(
    ROLE,
    name="group",
    name_member="GroupName",
    arn="group/{name}",
    missing=("NoSuchEntity", "The group with name {name} cannot be found."),
    taken=("EntityAlreadyExists", "Group with name {name} already exists."),
    listing=_listing("Groups"),
)
POLICY = replace(
    ROLE,
    name="policy",
    name_member="PolicyName",
    arn="policy/{name}",
    missing=("NoSuchEntity", "Policy {arn} does not exist or is not attachable."),
    taken=("EntityAlreadyExists", "A policy called {name} already exists. Duplicate names are not allowed."),
    listing=_listing("Policies"),
)
INSTANCE_PROFILE = replace(
    ROLE,
    name="instance-profile",
    name_member="InstanceProfileName",
    arn="instance-profile/{name}",
    missing=("NoSuchEntity", "Instance Profile {name} cannot be found."),
    taken=("EntityAlreadyExists", "Instance Profile {name} already exists."),
    listing=_listing("InstanceProfiles"),
)
ACCOUNT = replace(ROLE, name="account", name_member="Account", arn="account", listing=None)
"""One per account: its alias, and which default roles it has been given."""


def arn_with_path(account: str, kind: Kind, path: str, name: str) -> str:
    return f"arn:aws:iam::{account}:{kind.name}{path}{name}"


def new_id(prefix: str) -> str:
    """An id such as `AROA...` (roles), `AIDA...` (users), `AGPA...` (groups), `ANPA...` (policies)."""
    return prefix + naming.mixed_id(17).upper()
