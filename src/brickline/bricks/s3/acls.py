"""Access control lists, kept and given back; access itself follows accounts (see `buckets.bucket_of`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.resources import Resources
from brickline.bricks.s3 import index
from brickline.bricks.s3.buckets import BUCKET, bucket_of, owner
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import version_member

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
_AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
_CANNED = {
    "private": (),
    "public-read": ((_EVERYONE, "READ"),),
    "public-read-write": ((_EVERYONE, "READ"), (_EVERYONE, "WRITE")),
    "authenticated-read": ((_AUTHENTICATED, "READ"),),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
    "aws-exec-read": (),
    "log-delivery-write": (),
}


class Acls:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)
        self._buckets = Resources(baseplate, BUCKET)

    def put_bucket_acl(self, context: Context, request: Shape) -> Shape:
        bucket_of(self._buckets, context, request)
        with self._buckets.change(context, request["Bucket"]) as bucket:
            bucket.private["acl"] = _asked(request)
        return {}

    def get_bucket_acl(self, context: Context, request: Shape) -> Shape:
        return _grants(context, bucket_of(self._buckets, context, request).private["acl"])

    def put_object_acl(self, context: Context, request: Shape) -> Shape:
        with self._places.store.write() as connection:
            entry = self._places.entry(context, request)
            index.change_document(connection, entry, {**entry.document, "ACL": _asked(request)})
        return version_member(entry)

    def get_object_acl(self, context: Context, request: Shape) -> Shape:
        return _grants(context, self._places.entry(context, request).document.get("ACL", "private"))


def _asked(request: Shape) -> Any:
    """The canned list's name, or the list itself."""
    if policy := request.get("AccessControlPolicy"):
        return policy
    if any(name.startswith("Grant") for name in request):
        raise Refused("NotImplemented", "x-amz-grant-*: send AccessControlPolicy or a canned ACL instead")
    return request.get("ACL", "private")


def _grants(context: Context, acl: Any) -> Shape:
    if isinstance(acl, dict):
        return acl
    mine = {"Grantee": {"Type": "CanonicalUser", **owner(context.account)}, "Permission": "FULL_CONTROL"}
    others = [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": right} for uri, right in _CANNED[acl]]
    return {"Owner": owner(context.account), "Grants": [mine, *others]}
