"""Access control lists, kept and given back; access itself follows accounts (see `buckets.bucket_of`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.resources import Resources
from brickline.bricks.s3 import index
from brickline.bricks.s3.buckets import BUCKET, bucket_of
from brickline.bricks.s3.grants import acl_of, described
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import version_member

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate


class Acls:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)
        self._buckets = Resources(baseplate, BUCKET)

    def put_bucket_acl(self, context: Context, request: Shape) -> Shape:
        bucket_of(self._buckets, context, request)
        with self._buckets.change(context, request["Bucket"]) as bucket:
            bucket.private["acl"] = acl_of(request)
        return {}

    def get_bucket_acl(self, context: Context, request: Shape) -> Shape:
        return described(bucket_of(self._buckets, context, request).private["acl"], context.account)

    def put_object_acl(self, context: Context, request: Shape) -> Shape:
        with self._places.store.write() as connection:
            entry = self._places.entry(context, request)
            index.change_document(connection, entry, {**entry.document, "ACL": acl_of(request)})
        return version_member(entry)

    def get_object_acl(self, context: Context, request: Shape) -> Shape:
        return described(self._places.entry(context, request).document.get("ACL", "private"), context.account)
