"""ListObjects, ListObjectsV2, ListObjectVersions."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.bricks.s3 import index
from brickline.bricks.s3.grants import owner
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.scanning import Position, Prefix, Range, after_key, from_key, scan
from brickline.bricks.s3.url_encoding import url_encoded

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
        found, is_truncated = self._page(bucket, request, after_key(after))
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "StartAfter"))
        answer["Contents"] = [_content(entry, context if request.get("FetchOwner") else None) for entry in _keys(found)]
        answer["KeyCount"] = len(found)
        if token:
            answer["ContinuationToken"] = token
        if is_truncated:
            answer["NextContinuationToken"] = encode_token([_text(found[-1])])
        return url_encoded(answer, request)

    def list_objects(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        found, is_truncated = self._page(bucket, request, after_key(request.get("Marker", "")))
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "Marker"))
        answer.setdefault("Marker", "")
        answer["Contents"] = [_content(entry, context) for entry in _keys(found)]
        if is_truncated and request.get("Delimiter"):
            answer["NextMarker"] = _text(found[-1])
        return url_encoded(answer, request)

    def list_object_versions(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        found, is_truncated = self._page(bucket, request, self._version_marker(bucket, request), all_versions=True)
        answer = _answer(request, found, is_truncated, ("Prefix", "Delimiter", "KeyMarker", "VersionIdMarker"))
        versions = [(_content(entry, context), entry) for entry in _keys(found)]
        answer["Versions"] = [_version(shape, entry) for shape, entry in versions if not entry.is_marker]
        answer["DeleteMarkers"] = [_version(shape, entry) for shape, entry in versions if entry.is_marker]
        if is_truncated:
            answer["NextKeyMarker"] = _text(found[-1])
            if isinstance(found[-1], Entry):
                answer["NextVersionIdMarker"] = found[-1].version
        return url_encoded(answer, request)

    def _page(
        self, bucket: Resource, request: Shape, after: Position, *, all_versions: bool = False
    ) -> tuple[list[Entry | Prefix], bool]:
        """What fits into `MaxKeys`, and whether there is more."""
        size = _size(request)
        wanted = Range(bucket.id, request.get("Prefix", ""), request.get("Delimiter", ""), all_versions)
        found = list(islice(scan(self._places.store, wanted, after, size + 1), size + 1)) if size else []
        return found[:size], len(found) > size

    def _version_marker(self, bucket: Resource, request: Shape) -> Position:
        """After the marker's version. Where it is deleted meanwhile, as by who empties a bucket page by page, the key
        begins anew: a version may come twice, but none is passed over."""
        key, version = request.get("KeyMarker", ""), request.get("VersionIdMarker")
        if not version:
            return after_key(key)
        with self._places.store.read() as connection:
            found = index.version_of(connection, bucket, key, version)
        return (key, found.id) if found else from_key(key)


def _size(request: Shape) -> int:
    size = int(request.get("MaxKeys", _MOST))
    if size < 0:
        message = f"MaxKeys must be an integer between 0 and 2147483647, not {size}"
        raise Refused("InvalidArgument", message, ArgumentName="max-keys", ArgumentValue=size)
    return min(size, _MOST)


def _answer(request: Shape, found: list[Entry | Prefix], is_truncated: bool, echoed: tuple[str, ...]) -> Shape:
    return {
        "Name": request["Bucket"],
        "Prefix": "",
        "MaxKeys": _size(request),
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
