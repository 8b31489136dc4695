"""Buckets: their names are one for all accounts."""

from __future__ import annotations

import ipaddress
import re
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.resources import Resources
from brickline.bricks.s3 import schema, uploads
from brickline.bricks.s3.grants import acl_of, owner

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

BUCKET = Kind(
    service="s3",
    name="bucket",
    name_member="Name",
    arn_member="BucketArn",
    arn="{name}",
    created_member="CreationDate",
    scope="world",
    missing=("NoSuchBucket", "The specified bucket does not exist"),
    taken=("BucketAlreadyExists", "The requested bucket name is not available: another account has it."),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FIRST_REGION = "us-east-1"


def bucket_of(buckets: Resources, context: Context, request: Shape) -> Resource:
    """The bucket that a request names, if the caller may use it (its own account's, and the owner that it expects)."""
    name = request["Bucket"]
    bucket = buckets.find(context, name)
    if bucket is None:
        raise Refused("NoSuchBucket", "The specified bucket does not exist", BucketName=name)
    owner = bucket.document["Owner"]
    if owner != context.account or request.get("ExpectedBucketOwner", owner) != owner:
        raise Refused("AccessDenied", "Access Denied", 403)
    return bucket


class Buckets:
    """Create, find, list and delete buckets."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._objects = baseplate.objects
        self._buckets = Resources(baseplate, BUCKET)

    def create_bucket(self, context: Context, request: Shape) -> Shape:
        name = request["Bucket"]
        _check_name(name)
        _check_options(request)
        region = _region(context, request)
        known = self._buckets.find(context, name)
        if known and known.document["Owner"] == context.account:
            return _created_again(known, region)
        document = {"Owner": context.account, "BucketRegion": region}
        private = {"documents": _first_documents(request), "acl": acl_of(request)}
        created = self._buckets.create(context, name, document, private=private)
        return {"Location": f"/{name}", "BucketArn": created.arn}

    def head_bucket(self, context: Context, request: Shape) -> Shape:
        bucket = bucket_of(self._buckets, context, request)
        return {"BucketRegion": bucket.document["BucketRegion"], "BucketArn": bucket.arn, "AccessPointAlias": False}

    def get_bucket_location(self, context: Context, request: Shape) -> Shape:
        region = bucket_of(self._buckets, context, request).document["BucketRegion"]
        return {} if region == _FIRST_REGION else {"LocationConstraint": region}

    def list_buckets(self, context: Context, request: Shape) -> Shape:
        """Sorted by name; pages only where `MaxBuckets` asks for them."""
        after = decode_token(request["ContinuationToken"], 1)[0] if "ContinuationToken" in request else ""
        mine = [
            bucket
            for bucket in self._buckets.all(context)
            if bucket.document["Owner"] == context.account
            and bucket.name.startswith(request.get("Prefix", ""))
            and request.get("BucketRegion") in (None, bucket.document["BucketRegion"])
            and bucket.name > after
        ]
        mine.sort(key=lambda bucket: bucket.name)
        size = request.get("MaxBuckets", 10_000)
        answer: Shape = {"Buckets": [bucket.document for bucket in mine[:size]], "Owner": owner(context.account)}
        if len(mine) > size:
            answer["ContinuationToken"] = encode_token([mine[size - 1].name])
        return answer

    def delete_bucket(self, context: Context, request: Shape) -> Shape:
        with self._store.write() as connection:
            bucket = bucket_of(self._buckets, context, request)
            table = schema.objects
            if connection.execute(select(table.c.id).where(table.c.bucket == bucket.id).limit(1)).first():
                raise Refused(
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty: delete its objects, and their versions, first",
                    BucketName=bucket.name,
                )
            for file in uploads.end_all(connection, bucket.id):
                self._store.after_commit(partial(self._objects.delete, file))
            self._buckets.delete(bucket)
        return {}


def _created_again(bucket: Resource, region: str) -> Shape:
    """us-east-1 alone answers a repeated creation like the first (API_CreateBucket, BucketAlreadyOwnedByYou)."""
    if region == _FIRST_REGION == bucket.document["BucketRegion"]:
        return {"Location": f"/{bucket.name}", "BucketArn": bucket.arn}
    raise Refused(
        "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it."
    )


def _check_options(request: Shape) -> None:
    if request.get("ObjectLockEnabledForBucket"):
        raise Refused("NotImplemented", "ObjectLockEnabledForBucket: Brickline does not have object lock")
    if "Bucket" in request.get("CreateBucketConfiguration", {}):
        raise Refused("NotImplemented", "CreateBucketConfiguration.Bucket: Brickline does not have directory buckets")


def _first_documents(request: Shape) -> Shape:
    """What a bucket can be given at its creation already."""
    documents: Shape = {}
    if tags := request.get("CreateBucketConfiguration", {}).get("Tags"):
        documents["bucket_tagging"] = {"TagSet": tags}
    if ownership := request.get("ObjectOwnership"):
        documents["bucket_ownership_controls"] = {"Rules": [{"ObjectOwnership": ownership}]}
    return documents


def _region(context: Context, request: Shape) -> str:
    constraint = request.get("CreateBucketConfiguration", {}).get("LocationConstraint")
    if constraint == _FIRST_REGION:
        raise Refused("InvalidLocationConstraint", "The specified location-constraint is not valid: leave it out")
    if constraint is None and context.region != _FIRST_REGION:
        message = "The unspecified location constraint is incompatible for the region specific endpoint"
        raise Refused("IllegalLocationConstraintException", f"{message}: name {context.region!r} in LocationConstraint")
    return constraint or _FIRST_REGION


def _check_name(name: str) -> None:
    """The rules of bucketnamingrules.html."""
    if not _NAME.fullmatch(name) or ".." in name or name.startswith("xn--") or name.endswith("-s3alias"):
        raise Refused(
            "InvalidBucketName",
            "The specified bucket is not valid: 3 to 63 lower-case letters, digits, dots and hyphens, "
            "with a letter or digit at both ends",
            BucketName=name,
        )
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return
    raise Refused("InvalidBucketName", "The specified bucket is not valid: it looks like an address", BucketName=name)
