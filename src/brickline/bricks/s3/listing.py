"""ListObjects, ListObjectsV2, ListObjectVersions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.bricks.s3 import index
from brickline.bricks.s3.buckets import owner
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.scanning import Prefix, scan, scan_versions

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_MOST = 1000


class Listing:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def list_objects_v2(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        after = request.get("StartAfter", "")
        if token := request.get("ContinuationToken"):
            after = _position(token)
        found, is_truncated = self._page(bucket, request, after)
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "StartAfter"))
        answer["Contents"] = [_content(entry, context if request.get("FetchOwner") else None) for entry in _keys(found)]
        answer["KeyCount"] = len(found)
        if token:
            answer["ContinuationToken"] = token
        if is_truncated:
            answer["NextContinuationToken"] = encode_token([_text(found[-1])])
        return _url_encoded(answer, request)

    def list_objects(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        found, is_truncated = self._page(bucket, request, request.get("Marker", ""))
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "Marker"))
        answer.setdefault("Marker", "")
        answer["Contents"] = [_content(entry, context) for entry in _keys(found)]
        if is_truncated and request.get("Delimiter"):
            answer["NextMarker"] = _text(found[-1])
        return _url_encoded(answer, request)

    def list_object_versions(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        prefix, delimiter = request.get("Prefix", ""), request.get("Delimiter", "")
        rows = scan_versions(self._places.store, bucket.id, prefix, delimiter, self._version_marker(bucket, request))
        found, is_truncated = _take(rows, request)
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "KeyMarker", "VersionIdMarker"))
        versions = [(_content(entry, context), entry) for entry in _keys(found)]
        answer["Versions"] = [_version(shape, entry) for shape, entry in versions if not entry.is_marker]
        answer["DeleteMarkers"] = [_version(shape, entry) for shape, entry in versions if entry.is_marker]
        if is_truncated:
            answer["NextKeyMarker"] = _text(found[-1])
            if isinstance(found[-1], Entry):
                answer["NextVersionIdMarker"] = found[-1].version
        return _url_encoded(answer, request)

    def _page(self, bucket: Resource, request: Shape, after: str) -> tuple[list[Entry | Prefix], bool]:
        prefix, delimiter = request.get("Prefix", ""), request.get("Delimiter", "")
        batch = _size(request) + 1
        return _take(scan(self._places.store, bucket.id, prefix, delimiter, after, batch), request)

    def _version_marker(self, bucket: Resource, request: Shape) -> tuple[str, int]:
        key, version = request.get("KeyMarker", ""), request.get("VersionIdMarker")
        if not version:
            return key, 0  # from after all versions of the key
        with self._places.store.read() as connection:
            found = index.version_of(connection, bucket, key, version)
        return key, found.id if found else 0


def _size(request: Shape) -> int:
    return min(int(request.get("MaxKeys", _MOST)), _MOST)


def _take(rows: Iterator[Entry | Prefix], request: Shape) -> tuple[list[Entry | Prefix], bool]:
    size = _size(request)
    found = list(islice(rows, size + 1)) if size else []
    return found[:size], len(found) > size


def _answer(request: Shape, found: list[Entry | Prefix], is_truncated: bool, echoed: tuple[str, ...]) -> Shape:
    return {
        "Name": request["Bucket"],
        "Prefix": "",
        "MaxKeys": request.get("MaxKeys", _MOST),
        "IsTruncated": is_truncated,
        "CommonPrefixes": [{"Prefix": item.text} for item in found if isinstance(item, Prefix)],
        **{name: request[name] for name in echoed if request.get(name)},
    }


def _keys(found: list[Entry | Prefix]) -> list[Entry]:
    return [item for item in found if isinstance(item, Entry)]


def _text(item: Entry | Prefix) -> str:
    return item.key if isinstance(item, Entry) else item.text


def _content(entry: Entry, context: Context | None) -> Shape:
    shape: Shape = {
        "Key": entry.key,
        "LastModified": entry.modified,
        "ETag": f'"{entry.etag}"',
        "Size": entry.size,
        "StorageClass": entry.document.get("StorageClass", "STANDARD"),
    }
    if computed := entry.document.get("Checksums"):
        shape["ChecksumAlgorithm"] = list(computed["Values"])
        shape["ChecksumType"] = computed["Type"]
    if context:
        shape["Owner"] = owner(context.account)
    return shape


def _version(shape: Shape, entry: Entry) -> Shape:
    return {**shape, "VersionId": entry.version, "IsLatest": entry.is_latest}


def _position(token: str) -> str:
    try:
        return str(decode_token(token, 1)[0])
    except Refused:
        raise Refused("InvalidArgument", "The continuation token provided is incorrect") from None


def _url_encoded(answer: Shape, request: Shape) -> Shape:
    """`encoding-type=url`: keys as in a URL, because XML cannot hold every character of a key."""
    if request.get("EncodingType") != "url":
        return answer
    encode = partial(quote, safe="/-_.~*")
    for name in ("Prefix", "Delimiter", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker"):
        if name in answer:
            answer[name] = encode(answer[name])
    for name, member in (
        ("Contents", "Key"),
        ("Versions", "Key"),
        ("DeleteMarkers", "Key"),
        ("CommonPrefixes", "Prefix"),
    ):
        answer[name] = [{**item, member: encode(item[member])} for item in answer.get(name, [])]
    return {**answer, "EncodingType": "url"}
