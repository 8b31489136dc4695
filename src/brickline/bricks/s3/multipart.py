"""Multipart uploads: begun, completed, aborted, listed. Their parts: `parts.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3 import checksums, uploads
from brickline.bricks.s3.assembling import assemble, checked_parts
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import (
    check_key,
    checksum_members,
    encryption_members,
    new_version_member,
    properties,
)
from brickline.bricks.s3.uploads import Part, Upload

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_COMPOSITE, _FULL = "COMPOSITE", "FULL_OBJECT"


class Multipart:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def create_multipart_upload(self, context: Context, request: Shape) -> Shape:
        check_key(request["Key"])
        bucket = self._places.bucket(context, request)
        algorithm = request.get("ChecksumAlgorithm")
        document: Shape = {
            "properties": properties(request, bucket),
            "algorithm": algorithm,
            "type": _checksum_type(algorithm, request.get("ChecksumType")),
        }
        with self._places.store.write() as connection:
            upload = uploads.begin(connection, bucket.id, request["Key"], document)
        answer = {"Bucket": bucket.name, "Key": request["Key"], "UploadId": upload}
        if algorithm:
            answer |= {"ChecksumAlgorithm": algorithm, "ChecksumType": document["type"]}
        return {**answer, **encryption_members(document["properties"])}

    def complete_multipart_upload(self, context: Context, request: Shape) -> Shape:
        """Asked a second time (the first answer was lost), it answers as it did before."""
        try:
            upload = self._places.upload(context, request)
            return self._complete(context, request, upload, self._assembled(request, upload))
        except FileNotFoundError:  # the upload ended, or a part was sent again, while it was assembled
            return self._completed_before(context, request)
        except Refused as refused:
            if refused.code != "NoSuchUpload":
                raise
            return self._completed_before(context, request)

    def abort_multipart_upload(self, context: Context, request: Shape) -> Shape:
        with self._places.store.write() as connection:
            upload = self._places.upload(context, request)
            self._places.drop_after_commit(uploads.end(connection, upload.id))
        return {}

    def _assembled(self, request: Shape, upload: Upload) -> Entry:
        """The object of the parts that the request names, with its file."""
        with self._places.store.read() as connection:
            there = uploads.parts_of(connection, upload.id)
        parts = checked_parts(request.get("MultipartUpload", {}).get("Parts", []), there)
        _check_size(request, parts)
        document = _document(request, upload, parts)
        etag = checksums.multipart_etag(part.etag for part in parts)
        file = assemble(self._places.objects, parts)
        return new_entry(upload.key, file, sum(part.size for part in parts), etag, document)

    def _complete(self, context: Context, request: Shape, upload: Upload, entry: Entry) -> Shape:
        with self._places.store.write() as connection:
            if uploads.find(connection, upload.bucket, upload.key, upload.id) is None:
                self._places.objects.delete(entry.file)
                raise uploads.missing(upload.id)
            version = self._places.keep(context, request, entry, "CompleteMultipartUpload")
            answer = {
                "Location": f"http://{context.host or 's3.amazonaws.com'}/{request['Bucket']}/{quote(upload.key)}",
                "Bucket": request["Bucket"],
                "Key": upload.key,
                "ETag": f'"{entry.etag}"',
                **checksum_members(entry),
                "ChecksumType": entry.document.get("Checksums", {}).get("Type"),
                **encryption_members(entry.document),
                **new_version_member(version),
            }
            self._places.drop_after_commit(uploads.end(connection, upload.id))
            uploads.remember(connection, upload, answer)
        return answer

    def _completed_before(self, context: Context, request: Shape) -> Shape:
        bucket, name = self._places.bucket(context, request), request["UploadId"]
        with self._places.store.read() as connection:
            answer = uploads.remembered(connection, bucket.id, request["Key"], name)
        if answer is None:
            raise uploads.missing(name)
        return answer


def _checksum_type(algorithm: str | None, asked: str | None) -> str:
    """COMPOSITE is a checksum of the parts' checksums, which only CRCs can do without (API_CreateMultipartUpload)."""
    only = _FULL if algorithm in (None, "CRC64NVME") else None if checksums.can_combine(str(algorithm)) else _COMPOSITE
    if asked and not algorithm:
        raise Refused("InvalidRequest", "The x-amz-checksum-type header can only be used with x-amz-checksum-algorithm")
    if only and asked not in (None, only):
        message = f"The {asked} checksum type cannot be used with the {str(algorithm).lower()} checksum algorithm."
        raise Refused("InvalidRequest", message)
    return asked or only or _COMPOSITE


def _check_size(request: Shape, parts: list[Part]) -> None:
    wanted, size = request.get("MpuObjectSize"), sum(part.size for part in parts)
    if wanted is not None and int(wanted) != size:
        message = f"The provided 'x-amz-mp-object-size' header value {wanted} does not match what was computed: {size}"
        raise Refused("InvalidRequest", message)


def _document(request: Shape, upload: Upload, parts: list[Part]) -> Shape:
    """The object's document: what the upload began with, the sizes of the parts, and the checksums of the whole."""
    document: Shape = {**upload.properties, "PartSizes": [part.size for part in parts]}
    if sums := _checksums(upload, parts):
        stated = checksums.given(request)
        asked = request.get("ChecksumType", sums["Type"])
        if asked != sums["Type"]:
            raise Refused(
                "InvalidRequest", f"The upload was created with the {sums['Type']} checksum type, not {asked}"
            )
        checksums.check({**stated, **sums["Values"]}, stated)
        document["Checksums"] = sums
    return document


def _checksums(upload: Upload, parts: list[Part]) -> Shape | None:
    """The checksums of the whole, from those of the parts; none where the parts have none in common."""
    common = set.intersection(*(set(part.checksums) for part in parts))
    algorithm = upload.algorithm or min(common, default=None)
    if algorithm is None or algorithm not in common:
        return None
    if upload.type == _FULL and checksums.can_combine(algorithm):
        value = checksums.full_object(((part.checksums[algorithm], part.size) for part in parts), algorithm)
        return {"Type": _FULL, "Values": {algorithm: value}}
    value = checksums.composite((part.checksums[algorithm] for part in parts), algorithm)
    return {"Type": _COMPOSITE, "Values": {algorithm: value}}
