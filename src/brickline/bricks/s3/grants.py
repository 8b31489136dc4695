"""Access control lists as data: what a request says of access, and how that reads as grants. Pure."""

from __future__ import annotations

import re
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused

_EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
_AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
_CANNED: dict[str, tuple[tuple[str, str], ...]] = {
    "public-read": ((_EVERYONE, "READ"),),
    "public-read-write": ((_EVERYONE, "READ"), (_EVERYONE, "WRITE")),
    "authenticated-read": ((_AUTHENTICATED, "READ"),),
    "log-delivery-write": ((_LOG_DELIVERY, "WRITE"), (_LOG_DELIVERY, "READ_ACP")),
}
"""Whom a canned list grants what, beside the owner; the others grant nobody else anything here."""

_HEADERS = {
    "GrantFullControl": "FULL_CONTROL",
    "GrantRead": "READ",
    "GrantWrite": "WRITE",
    "GrantReadACP": "READ_ACP",
    "GrantWriteACP": "WRITE_ACP",
}
_GRANTEE = re.compile(r"\s*(id|uri|emailAddress)\s*=\s*\"?([^\",]+)\"?\s*")

Acl = str | Shape
"""A canned list's name, or the list itself."""


def owner(account: str) -> Shape:
    """S3 names an account by a canonical id of 64 hexadecimal digits."""
    return {"ID": account.zfill(64), "DisplayName": account}


def acl_of(request: Shape) -> Acl:
    """The list that a request asks for. Refused where it asks in two ways at once."""
    granted = [name for name in _HEADERS if name in request]
    asked = [name for name in ("ACL", "AccessControlPolicy") if request.get(name)]
    if len(asked) + bool(granted) > 1:
        message = "Specifying both Canned ACLs and Header Grants is not allowed: name one of ACL, Grant..., and a body"
        raise Refused("InvalidRequest", message)
    if granted:
        return {"Grants": [grant for name in granted for grant in _header_grants(request[name], _HEADERS[name])]}
    acl: Any = request[asked[0]] if asked else "private"
    return acl  # type: ignore[no-any-return]


def described(acl: Acl, account: str) -> Shape:
    """The answer of GetBucketAcl and GetObjectAcl."""
    if isinstance(acl, dict):
        return {"Owner": owner(account), **acl}
    mine = {"Grantee": {"Type": "CanonicalUser", **owner(account)}, "Permission": "FULL_CONTROL"}
    others = [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": right} for uri, right in _CANNED.get(acl, ())]
    return {"Owner": owner(account), "Grants": [mine, *others]}


def _header_grants(header: str, permission: str) -> list[Shape]:
    """The grants of a header such as `id="...", uri="..."`."""
    return [{"Grantee": _grantee(text), "Permission": permission} for text in header.split(",")]


def _grantee(text: str) -> Shape:
    found = _GRANTEE.fullmatch(text)
    if found is None:
        raise Refused("InvalidArgument", f"Argument format not recognized: {text!r} is not id=, uri= or emailAddress=")
    kind, value = found.groups()
    if kind == "uri":
        return {"Type": "Group", "URI": value}
    if kind == "emailAddress":
        return {"Type": "AmazonCustomerByEmail", "EmailAddress": value}
    return {"Type": "CanonicalUser", "ID": value}
