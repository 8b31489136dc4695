"""The parts of a multipart upload: sent, copied from objects, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate import clock
from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3 import checksums, uploads
from brickline.bricks.s3.copying import check_source, source_request, source_version_member
from brickline.bricks.s3.grants import owner
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import encryption_members
from brickline.bricks.s3.ranges import copy_range
from brickline.bricks.s3.uploads import Part, Upload
from brickline.bricks.s3.writing import receive_checked

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_MOST = 1000
_LAST = 10_000


class Parts:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def upload_part(self, context: Context, request: Shape) -> Shape:
        _check_number(request["PartNumber"])
        upload = self._places.upload(context, request)
        _check_algorithm(upload, request)
        part = self._receive(context, request, upload)
        return {"ETag": f'"{part.etag}"', **encryption_members(upload.properties), **_checksum_members(part)}

    def upload_part_copy(self, context: Context, request: Shape) -> Shape:
        _check_number(request["PartNumber"])
        upload = self._places.upload(context, request)

        def open_source(source: Entry) -> FileBody:
            check_source(request, source)
            header = request.get("CopySourceRange")
            return self._places.objects.open(source.file, *(copy_range(header, source.size) if header else ()))

        source, body = self._places.entry_with(context, source_request(request), open_source)
        part = self._receive(context, {**request, "Body": body}, upload)
        result = {"ETag": f'"{part.etag}"', "LastModified": part.modified, **_checksum_members(part)}
        return {
            "CopyPartResult": result,
            **encryption_members(upload.properties),
            **source_version_member(source),
        }

    def list_parts(self, context: Context, request: Shape) -> Shape:
        upload = self._places.upload(context, request)
        after, size = int(request.get("PartNumberMarker") or 0), min(int(request.get("MaxParts", _MOST)), _MOST)
        with self._places.store.read() as connection:
            there = [part for part in uploads.parts_of(connection, upload.id).values() if part.number > after]
        answer: Shape = {
            "Bucket": request["Bucket"],
            "Key": upload.key,
            "UploadId": upload.id,
            "PartNumberMarker": after,
            "NextPartNumberMarker": there[:size][-1].number if there[:size] else 0,
            "MaxParts": size,
            "IsTruncated": len(there) > size,
            "Parts": [_described(part) for part in there[:size]],
            "Initiator": owner(context.account),
            "Owner": owner(context.account),
            "StorageClass": upload.properties.get("StorageClass", "STANDARD"),
        }
        if upload.algorithm:
            answer |= {"ChecksumAlgorithm": upload.algorithm, "ChecksumType": upload.type}
        return answer

    def _receive(self, context: Context, request: Shape, upload: Upload) -> Part:
        received = receive_checked(
            self._places.objects, {**request, "ChecksumAlgorithm": upload.algorithm or request.get("ChecksumAlgorithm")}
        )
        part = Part(request["PartNumber"], received.file, received.size, received.etag, clock.now(), received.checksums)
        with self._places.store.write() as connection:
            try:
                self._places.upload(context, request)  # it may have ended meanwhile
            except Refused:
                self._places.objects.delete(part.file)
                raise
            self._places.drop_after_commit(uploads.put_part(connection, upload.id, part))
        return part


def _check_number(number: int) -> None:
    if not 1 <= number <= _LAST:
        message = f"Part number must be an integer between 1 and {_LAST}, inclusive, not {number}"
        raise Refused("InvalidArgument", message, ArgumentName="partNumber", ArgumentValue=number)


def _check_algorithm(upload: Upload, request: Shape) -> None:
    for algorithm in checksums.given(request):
        if upload.algorithm not in (None, algorithm):
            raise Refused(
                "InvalidRequest",
                f"Checksum Type mismatch occurred, expected checksum Type: {str(upload.algorithm).lower()}, "
                f"actual checksum Type: {algorithm.lower()}",
            )


def _described(part: Part) -> Shape:
    described = {"PartNumber": part.number, "ETag": f'"{part.etag}"', "Size": part.size}
    return {**described, "LastModified": part.modified, **_checksum_members(part)}


def _checksum_members(part: Part) -> Shape:
    return {checksums.member(name): value for name, value in part.checksums.items()}
