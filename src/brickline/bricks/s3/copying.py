"""CopyObject: the source's file is linked under another id, since object files never change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3.conditions import check_read
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import check_key, checksum_members, properties, version_member
from brickline.bricks.s3.writing import rehashed

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_OF_THE_SOURCE = ("Checksums", "PartSizes")
_MOST = 5 << 30


class Copying:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def copy_object(self, context: Context, request: Shape) -> Shape:
        check_key(request["Key"])
        named = source_request(request)
        source = self._places.entry(context, named)
        check_read(request, source.etag, source.modified, "CopySource")
        _check_change(request, named)
        if source.size > _MOST:
            raise Refused("InvalidRequest", f"The source is larger than {_MOST} bytes: copy it in parts")
        document = _document(request, source)
        etag, sums = rehashed(self._places.objects, source, request.get("ChecksumAlgorithm"))
        document["Checksums"] = sums
        file = self._places.objects.link(source.file)
        entry = new_entry(request["Key"], file, source.size, etag, document)
        version = self._places.keep(context, request, entry, "CopyObject")
        result = {"ETag": f'"{etag}"', "LastModified": entry.modified, **checksum_members(entry)}
        return {
            "CopyObjectResult": {**result, "ChecksumType": sums["Type"]},
            "ServerSideEncryption": document["ServerSideEncryption"],
            **({"CopySourceVersionId": source.version} if version_member(source.version) else {}),
            **version_member(version),
        }


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
    changes = ("StorageClass", "ServerSideEncryption", "WebsiteRedirectLocation", "ChecksumAlgorithm")
    if is_itself and request.get("MetadataDirective") != "REPLACE" and not any(name in request for name in changes):
        raise Refused(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes.",
        )


def _document(request: Shape, source: Entry) -> Shape:
    """The copy's own properties, by its directives."""
    asked = properties({name: value for name, value in request.items() if name != "Tagging"})
    if request.get("MetadataDirective") == "REPLACE":
        document = asked
    else:
        kept = {name: value for name, value in source.document.items() if name not in ("Tags", "ACL", "StorageClass")}
        own = ("StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "ACL")
        document = {**kept, **{name: asked[name] for name in own if name in request and name in asked}}
    if request.get("TaggingDirective") == "REPLACE":
        document |= {"Tags": properties({"Tagging": request.get("Tagging", "")}).get("Tags", {})}
    elif "Tags" in source.document:
        document["Tags"] = source.document["Tags"]
    return {name: value for name, value in document.items() if name not in _OF_THE_SOURCE}
