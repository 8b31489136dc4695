"""PutObject."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.objects import Objects
from brickline.bricks.s3 import checksums
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import (
    check_key,
    checksum_members,
    encryption_members,
    new_version_member,
    properties,
)
from brickline.bricks.s3.receiving import Received, digest, receive

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_LARGEST = 5 << 30


class Writing:
    """An object becomes visible when all of it is there and synced, and its checksums hold."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def put_object(self, context: Context, request: Shape) -> Shape:
        check_key(request["Key"])
        if "WriteOffsetBytes" in request:
            raise Refused("NotImplemented", "x-amz-write-offset-bytes: only directory buckets can append")
        document = properties(request, self._places.bucket(context, request))
        received = receive_checked(self._places.objects, request)
        document["Checksums"] = {"Type": "FULL_OBJECT", "Values": received.checksums}
        entry = new_entry(request["Key"], received.file, received.size, received.etag, document)
        version = self._places.keep(context, request, entry, "PutObject")
        return {
            "ETag": f'"{entry.etag}"',
            **checksum_members(entry),
            "ChecksumType": "FULL_OBJECT",
            **encryption_members(document),
            **new_version_member(version),
        }


def receive_checked(objects: Objects, request: Shape) -> Received:
    """Take in the request's body; Refused where it is not what its checksums say. Keeps the checksums that count."""
    body = request.get("Body")
    if (getattr(body, "length", None) or 0) > _LARGEST:
        message = f"Your proposed upload exceeds the maximum allowed size of {_LARGEST} bytes: upload it in parts"
        raise Refused("EntityTooLarge", message)
    received = receive(objects, body, checksums.wanted(request))
    try:
        checksums.check_md5(received.md5, request.get("ContentMD5"))
        stated = {**checksums.given(request), **checksums.in_trailers(received.trailers)}
        computed = {**received.checksums, **_further(objects, received, stated.keys() - received.checksums.keys())}
        checksums.check(computed, stated)
    except Refused:
        objects.delete(received.file)
        raise
    named = {*stated, request.get("ChecksumAlgorithm")} & computed.keys() or {checksums.DEFAULT}
    return replace(received, checksums={name: value for name, value in computed.items() if name in named})


def _further(objects: Objects, received: Received, algorithms: Set[str]) -> dict[str, str]:
    """Checksums that only the trailer named, so that the bytes have to be read again."""
    return digest(objects.open(received.file), algorithms)[1] if algorithms else {}


def rehashed(objects: Objects, source: Entry, algorithm: str | None) -> tuple[str, Shape]:
    """The ETag and checksums of a copy, which is one part: the source's where that is one too, else computed."""
    known: Shape = source.document.get("Checksums", {"Type": "FULL_OBJECT", "Values": {}})
    values: dict[str, str] = known["Values"]
    wanted = [algorithm] if algorithm else list(values) or [checksums.DEFAULT]
    if "-" not in source.etag and known["Type"] == "FULL_OBJECT" and set(wanted) <= set(values):
        return source.etag, {"Type": "FULL_OBJECT", "Values": {name: values[name] for name in wanted}}
    etag, computed = digest(objects.open(source.file), wanted)
    return etag, {"Type": "FULL_OBJECT", "Values": computed}
