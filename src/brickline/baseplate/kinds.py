"""What a kind of resource is: declared once, so that create, describe, list, update and delete need no code each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused

Scope = Literal["region", "account", "world"]
Column = Literal["lookup", "created", "modified", "status"]


@dataclass
class Resource:
    """A stored thing. `document` has the shape of its Describe response; `private` is what clients never see."""

    id: int
    kind: str
    account: str
    region: str
    parent: str
    name: str
    arn: str
    status: str
    created: float
    modified: float
    unfinished: bool
    owner: int
    cause: str
    document: Shape
    private: Shape
    tags: dict[str, str]
    principal: str = ""
    """Who made it: the ARN of the caller."""


@dataclass(frozen=True)
class Listing:
    """How a List operation answers: its result member, sort keys, filters and page sizes."""

    result: str
    sort: Mapping[str, Column] = field(
        default_factory=lambda: {"Name": "lookup", "CreationTime": "created", "Status": "status"}
    )
    default_sort: str = "CreationTime"
    default_order: Literal["Ascending", "Descending"] = "Descending"
    status: str = "StatusEquals"
    created: tuple[str, str] = ("CreationTimeAfter", "CreationTimeBefore")
    modified: tuple[str, str] = ("LastModifiedTimeAfter", "LastModifiedTimeBefore")
    name_contains: str = "NameContains"
    prefix: str = ""
    """The request member that a name has to start with, where the service has one."""
    page: int = 10
    """Rows where the request says nothing; `max_page` is the most that it can ask for."""
    max_page: int = 100
    size: str = "MaxResults"
    token: str = "NextToken"  # noqa: S105
    filters: Mapping[str, Callable[[Resource, Any], bool]] = field(default_factory=dict)
    """Further request members, with the test that a resource has to pass for the member's value."""


@dataclass(frozen=True)
class Kind:
    """A kind of resource of a service.

    `arn` is the resource part of the ARN, made of `{name}` and `{parent}`. `missing` and `taken` are the error code and
    message where a name is not there or is there already, made of `{name}` and `{arn}`.
    """

    service: str
    name: str
    name_member: str
    arn_member: str
    arn: str
    missing: tuple[str, str]
    taken: tuple[str, str]
    missing_status: int = 400
    taken_status: int = 400
    arn_service: str = ""
    status_member: str = ""
    created_member: str = "CreationTime"
    modified_member: str = ""
    ignores_case: bool = False
    scope: Scope = "region"
    listing: Listing | None = None

    @property
    def key(self) -> str:
        """The kind as the store and the controllers name it, such as `sagemaker/training-job`."""
        return f"{self.service}/{self.name}"

    def account_of(self, context: Context) -> str:
        return "" if self.scope == "world" else context.account

    def region_of(self, context: Context) -> str:
        return context.region if self.scope == "region" else ""

    def lookup(self, name: str) -> str:
        return name.lower() if self.ignores_case else name

    def arn_of(self, context: Context, name: str, parent: str = "") -> str:
        account = "" if self.scope == "world" else context.account
        region = self.region_of(context)
        resource = self.arn.format(name=name, parent=parent)
        return f"arn:aws:{self.arn_service or self.service}:{region}:{account}:{resource}"

    def missing_error(self, context: Context, name: str, parent: str = "") -> Refused:
        return self._error(self.missing, self.missing_status, context, name, parent)

    def taken_error(self, context: Context, name: str, parent: str = "") -> Refused:
        return self._error(self.taken, self.taken_status, context, name, parent)

    def _error(self, form: tuple[str, str], status: int, context: Context, name: str, parent: str) -> Refused:
        code, message = form
        return Refused(code, message.format(name=name, parent=parent, arn=self.arn_of(context, name, parent)), status)
