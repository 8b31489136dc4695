"""GetObject, HeadObject, GetObjectAttributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3.conditions import check_read
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import check_customer_key, checksum_members, described, version_member
from brickline.bricks.s3.ranges import byte_range

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_OVERRIDES = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires")

Span = tuple[int, int]
"""Offset and length."""


class Reading:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def get_object(self, context: Context, request: Shape) -> Shape:
        """The body is a FileBody: callers in this process may link or copy its file."""

        def open_file(entry: Entry) -> Shape:
            part, answer = _look(entry, request)
            return {**answer, "Body": self._places.objects.open(entry.file, *(part or (0, entry.size)))}

        _, answer = self._places.entry_with(context, request, open_file)
        return answer | _overrides(request)

    def head_object(self, context: Context, request: Shape) -> Shape:
        _, answer = _look(self._places.entry(context, request), request)
        return answer | _overrides(request)

    def get_object_attributes(self, context: Context, request: Shape) -> Shape:
        entry = self._places.entry(context, request)
        check_customer_key(request, entry.document)
        sums = {**checksum_members(entry), "ChecksumType": entry.document.get("Checksums", {}).get("Type")}
        everything: Shape = {
            "ETag": entry.etag,
            "Checksum": sums,
            "ObjectParts": _parts(entry),
            "StorageClass": entry.document.get("StorageClass", "STANDARD"),
            "ObjectSize": entry.size,
        }
        wanted = {name: everything[name] for name in request["ObjectAttributes"] if everything[name] is not None}
        return {**wanted, "LastModified": entry.modified, **version_member(entry)}


def _overrides(request: Shape) -> Shape:
    """Headers that the request itself asks for (`response-content-type` in a presigned URL)."""
    return {name: request[f"Response{name}"] for name in _OVERRIDES if f"Response{name}" in request}


def _look(entry: Entry, request: Shape) -> tuple[Span | None, Shape]:
    """The part that is asked for, where it is not the whole, and what Head answers."""
    check_customer_key(request, entry.document)
    check_read(request, entry.etag, entry.modified)
    part = _part(entry, request)
    answer = described(entry, with_checksums=request.get("ChecksumMode") == "ENABLED" and part is None)
    if part:
        offset, length = part
        answer["ContentLength"] = length
        answer["ContentRange"] = f"bytes {offset}-{offset + length - 1}/{entry.size}"
    if "PartNumber" in request and (sizes := entry.document.get("PartSizes")):
        answer["PartsCount"] = len(sizes)
    return part, answer


def _part(entry: Entry, request: Shape) -> Span | None:
    number = request.get("PartNumber")
    if number is None:
        return byte_range(request.get("Range"), entry.size)
    if "Range" in request:
        raise Refused("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    sizes: list[int] = entry.document.get("PartSizes", [entry.size])
    if number > len(sizes):
        raise Refused("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
    return (sum(sizes[: number - 1]), sizes[number - 1]) if entry.size else None


def _parts(entry: Entry) -> Shape | None:
    sizes = entry.document.get("PartSizes")
    return {"TotalPartsCount": len(sizes)} if sizes else None
