"""GetObject, HeadObject, GetObjectAttributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3.conditions import check_read
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import checksum_members, described, version_member
from brickline.bricks.s3.ranges import byte_range

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_OVERRIDES = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires")
_LOOKS = 3
"""An object may be replaced between the look at its entry and the opening of its file: then it is looked up again."""


class Reading:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def get_object(self, context: Context, request: Shape) -> Shape:
        """The body is a FileBody: callers in this process may link or copy its file."""
        for _ in range(_LOOKS):
            entry, part, answer = self._look(context, request)
            offset, length = part or (0, entry.size)
            try:
                answer["Body"] = self._places.objects.open(entry.file, offset, length)
            except FileNotFoundError:
                continue
            answer |= {name: request[f"Response{name}"] for name in _OVERRIDES if f"Response{name}" in request}
            return answer
        raise Refused("InternalError", f"The bytes of {request['Key']!r} are not there", 500)

    def head_object(self, context: Context, request: Shape) -> Shape:
        _, _, answer = self._look(context, request)
        return answer

    def get_object_attributes(self, context: Context, request: Shape) -> Shape:
        entry = self._places.entry(context, request)
        sums = {**checksum_members(entry), "ChecksumType": entry.document.get("Checksums", {}).get("Type")}
        everything: Shape = {
            "ETag": entry.etag,
            "Checksum": sums,
            "ObjectParts": _parts(entry),
            "StorageClass": entry.document.get("StorageClass", "STANDARD"),
            "ObjectSize": entry.size,
        }
        wanted = {name: everything[name] for name in request["ObjectAttributes"] if everything[name] is not None}
        return {**wanted, "LastModified": entry.modified, **version_member(entry.version)}

    def _look(self, context: Context, request: Shape) -> tuple[Entry, tuple[int, int] | None, Shape]:
        """The entry, the part of it that is asked for, and what Head answers of it."""
        entry = self._places.entry(context, request)
        check_read(request, entry.etag, entry.modified)
        part = _part(entry, request)
        wants_checksums = request.get("ChecksumMode") == "ENABLED" and part is None
        answer = described(entry, wants_checksums)
        if part:
            offset, length = part
            answer["ContentLength"] = length
            answer["ContentRange"] = f"bytes {offset}-{offset + length - 1}/{entry.size}"
        if "PartNumber" in request and (sizes := entry.document.get("PartSizes")):
            answer["PartsCount"] = len(sizes)
        return entry, part, {name: value for name, value in answer.items() if name != "PartSizes"}


def _part(entry: Entry, request: Shape) -> tuple[int, int] | None:
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
