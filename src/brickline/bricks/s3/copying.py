"""CopyObject: the source's file is linked under another id, since object files never change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.s3.conditions import check_read
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import (
    ENCRYPTION,
    check_customer_key,
    check_key,
    checksum_members,
    encryption_members,
    header_tags,
    new_version_member,
    properties,
)
from brickline.bricks.s3.writing import rehashed

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_NOT_COPIED = ("Checksums", "PartSizes", "Tags", *ENCRYPTION)
_MOST = 5 << 30


class Copying:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def copy_object(self, context: Context, request: Shape) -> Shape:
        check_key(request["Key"])
        named, bucket = source_request(request), self._places.bucket(context, request)

        def prepare(source: Entry) -> tuple[Shape, str]:
            check_source(request, source)
            _check_change(request, named)
            if source.size > _MOST:
                raise Refused("InvalidRequest", f"The source is larger than {_MOST} bytes: copy it in parts")
            return _document(request, source, bucket), self._places.objects.link(source.file)

        source, (document, file) = self._places.entry_with(context, named, prepare)
        etag, sums = rehashed(self._places.objects, replace(source, file=file), request.get("ChecksumAlgorithm"))
        document["Checksums"] = sums
        entry = new_entry(request["Key"], file, source.size, etag, document)
        version = self._places.keep(context, request, entry, "CopyObject")
        result = {"ETag": f'"{etag}"', "LastModified": entry.modified, **checksum_members(entry)}
        return {
            "CopyObjectResult": {**result, "ChecksumType": sums["Type"]},
            **encryption_members(document),
            **source_version_member(source),
            **new_version_member(version),
        }


def check_source(request: Shape, source: Entry) -> None:
    """The conditions that a request puts on what it copies."""
    check_customer_key(request, source.document, "CopySource")
    check_read(request, source.etag, source.modified, "CopySource")


def source_version_member(source: Entry) -> Shape:
    return {"CopySourceVersionId": source.version} if source.is_versioned else {}


def source_request(request: Shape) -> Shape:
    """What `CopySource` names, as a request: `[/]bucket/key[?versionId=version]`, url-encoded."""
    source = request["CopySource"]
    if isinstance(source, dict):
        named: Shape = source
    else:
        path, _, version = source.removeprefix("/").partition("?versionId=")
        bucket, _, key = path.partition("/")
        named = {"Bucket": unquote(bucket), "Key": unquote(key), **({"VersionId": version} if version else {})}
    if not named["Bucket"] or not named.get("Key"):
        raise Refused(
            "InvalidArgument", f"CopySource: {source!r} names no bucket and key", ArgumentName="x-amz-copy-source"
        )
    if "ExpectedSourceBucketOwner" in request:
        named = {**named, "ExpectedBucketOwner": request["ExpectedSourceBucketOwner"]}
    return named


def _check_change(request: Shape, named: Shape) -> None:
    is_itself = (named["Bucket"], named["Key"]) == (request["Bucket"], request["Key"]) and not named.get("VersionId")
    changes = ("StorageClass", "WebsiteRedirectLocation", "ChecksumAlgorithm", *ENCRYPTION)
    if is_itself and request.get("MetadataDirective") != "REPLACE" and not any(name in request for name in changes):
        raise Refused(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes.",
        )


def _document(request: Shape, source: Entry, bucket: Resource) -> Shape:
    """The copy's own properties, by its directives; class, encryption and ACL are always the request's."""
    asked = properties({name: value for name, value in request.items() if name != "Tagging"}, bucket)
    own = ("StorageClass", "ACL", *encryption_members(asked))
    if request.get("MetadataDirective") == "REPLACE":
        document = asked
    else:
        kept = {name: value for name, value in source.document.items() if name not in (*_NOT_COPIED, *own)}
        document = {**kept, **{name: asked[name] for name in own if name in asked}}
    if request.get("TaggingDirective") == "REPLACE":
        return {**document, "Tags": header_tags(request.get("Tagging", ""))}
    return {**document, "Tags": source.document.get("Tags", {})}
