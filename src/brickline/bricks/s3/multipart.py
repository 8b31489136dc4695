"""Multipart uploads: parts in any order, one object at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, delete, insert, select

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.store import dumps
from brickline.bricks.s3 import checksums
from brickline.bricks.s3.assembling import assemble, checked_parts
from brickline.bricks.s3.buckets import owner
from brickline.bricks.s3.conditions import check_read
from brickline.bricks.s3.copying import source_request
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import check_key, checksum_members, properties, version_member
from brickline.bricks.s3.ranges import copy_range
from brickline.bricks.s3.schema import parts as part_table
from brickline.bricks.s3.schema import uploads as upload_table
from brickline.bricks.s3.writing import receive_checked

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_MOST = 1000


class Multipart:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def create_multipart_upload(self, context: Context, request: Shape) -> Shape:
        check_key(request["Key"])
        bucket = self._places.bucket(context, request)
        algorithm = request.get("ChecksumAlgorithm")
        default = "FULL_OBJECT" if algorithm in (None, "CRC64NVME") else "COMPOSITE"
        document = {
            "properties": properties(request),
            "algorithm": algorithm,
            "type": request.get("ChecksumType", default),
        }
        upload = naming.mixed_id(48)
        values = {"bucket": bucket.id, "key": request["Key"], "initiated": clock.now(), "document": dumps(document)}
        with self._places.store.write() as connection:
            connection.execute(insert(upload_table).values(id=upload, **values))
        answer = {"Bucket": request["Bucket"], "Key": request["Key"], "UploadId": upload}
        if algorithm:
            answer |= {"ChecksumAlgorithm": algorithm, "ChecksumType": document["type"]}
        return {**answer, "ServerSideEncryption": document["properties"]["ServerSideEncryption"]}

    def upload_part(self, context: Context, request: Shape) -> Shape:
        upload = self._upload(context, request)
        if algorithm := upload["document"]["algorithm"]:
            request = {"ChecksumAlgorithm": algorithm, **request}
        received = receive_checked(self._places.objects, request)
        self._keep_part(context, request, received.file, received.size, received.etag, received.checksums)
        sums = {checksums.member(name): value for name, value in received.checksums.items()}
        return {"ETag": f'"{received.etag}"', "ServerSideEncryption": "AES256", **sums}

    def upload_part_copy(self, context: Context, request: Shape) -> Shape:
        upload = self._upload(context, request)
        source = self._places.entry(context, source_request(request))
        check_read(request, source.etag, source.modified, "CopySource")
        header = request.get("CopySourceRange")
        offset, length = copy_range(header, source.size) if header else (0, source.size)
        body = self._places.objects.open(source.file, offset, length)
        received = receive_checked(
            self._places.objects, {"Body": body, "ChecksumAlgorithm": upload["document"]["algorithm"]}
        )
        self._keep_part(context, request, received.file, received.size, received.etag, received.checksums)
        sums = {checksums.member(name): value for name, value in received.checksums.items()}
        return {"CopyPartResult": {"ETag": f'"{received.etag}"', "LastModified": clock.now(), **sums}}

    def complete_multipart_upload(self, context: Context, request: Shape) -> Shape:
        upload = self._upload(context, request)
        with self._places.store.read() as connection:
            there = _parts(connection, upload["id"])
        chosen = checked_parts(request.get("MultipartUpload", {}).get("Parts", []), there)
        document = dict(upload["document"]["properties"])
        document["PartSizes"] = [part["size"] for part in chosen]
        if sums := _checksums(upload["document"], chosen):
            document["Checksums"] = sums
            checksums.check(sums["Values"], checksums.given(request))
        file, size = assemble(self._places.objects, chosen)
        etag = checksums.multipart_etag(part["etag"] for part in chosen)
        entry = new_entry(request["Key"], file, size, etag, document)
        with self._places.store.write() as connection:
            version = self._places.keep(context, request, entry, "CompleteMultipartUpload")
            self._forget(connection, upload["id"])
        return {
            "Location": f"http://{context.host or 's3.amazonaws.com'}/{request['Bucket']}/{request['Key']}",
            "Bucket": request["Bucket"],
            "Key": request["Key"],
            "ETag": f'"{etag}"',
            **checksum_members(entry),
            **({"ChecksumType": sums["Type"]} if sums else {}),
            "ServerSideEncryption": document["ServerSideEncryption"],
            **version_member(version),
        }

    def abort_multipart_upload(self, context: Context, request: Shape) -> Shape:
        with self._places.store.write() as connection:
            upload = self._upload(context, request)
            self._forget(connection, upload["id"])
        return {}

    def list_parts(self, context: Context, request: Shape) -> Shape:
        upload = self._upload(context, request)
        after, size = int(request.get("PartNumberMarker", 0)), min(int(request.get("MaxParts", _MOST)), _MOST)
        with self._places.store.read() as connection:
            there = [part for number, part in sorted(_parts(connection, upload["id"]).items()) if number > after]
        answer: Shape = {
            "Bucket": request["Bucket"],
            "Key": request["Key"],
            "UploadId": upload["id"],
            "PartNumberMarker": after,
            "MaxParts": size,
            "IsTruncated": len(there) > size,
            "Parts": [_described(part) for part in there[:size]],
            "Initiator": owner(context.account),
            "Owner": owner(context.account),
            "StorageClass": upload["document"]["properties"].get("StorageClass", "STANDARD"),
        }
        if answer["IsTruncated"]:
            answer["NextPartNumberMarker"] = there[size - 1]["number"]
        return answer

    def list_multipart_uploads(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        size, prefix = min(int(request.get("MaxUploads", _MOST)), _MOST), request.get("Prefix", "")
        marker = (request.get("KeyMarker", ""), request.get("UploadIdMarker", ""))
        query = select(upload_table).where(upload_table.c.bucket == bucket.id)
        with self._places.store.read() as connection:
            rows = connection.execute(query.order_by(upload_table.c.key, upload_table.c.id)).mappings().all()
        found = [row for row in rows if row["key"].startswith(prefix) and _is_after(row, marker)]
        answer: Shape = {
            "Bucket": bucket.name,
            "KeyMarker": marker[0],
            "UploadIdMarker": marker[1],
            "Prefix": prefix,
            "MaxUploads": size,
            "IsTruncated": len(found) > size,
            "Uploads": [_listed(row, context) for row in found[:size]],
        }
        if answer["IsTruncated"]:
            answer |= {"NextKeyMarker": found[size - 1]["key"], "NextUploadIdMarker": found[size - 1]["id"]}
        return answer

    def _upload(self, context: Context, request: Shape) -> Shape:
        bucket = self._places.bucket(context, request)
        query = select(upload_table).where(upload_table.c.id == request["UploadId"])
        with self._places.store.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or row["bucket"] != bucket.id or row["key"] != request["Key"]:
            raise Refused(
                "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
                "aborted or completed.",
                404,
                UploadId=request["UploadId"],
            )
        return {**row, "document": json.loads(row["document"])}

    def _keep_part(
        self, context: Context, request: Shape, file: str, size: int, etag: str, sums: dict[str, str]
    ) -> None:
        """A part that is sent again replaces the one before."""
        place = (part_table.c.upload == request["UploadId"], part_table.c.number == request["PartNumber"])
        try:
            with self._places.store.write() as connection:
                self._upload(context, request)  # it may have been aborted meanwhile
                self._places.drop_after_commit(connection.scalars(select(part_table.c.file).where(*place)).all())
                connection.execute(delete(part_table).where(*place))
                values = {"file": file, "size": size, "etag": etag, "modified": clock.now(), "checksums": dumps(sums)}
                number = {"upload": request["UploadId"], "number": request["PartNumber"]}
                connection.execute(insert(part_table).values(**number, **values))
        except BaseException:
            self._places.objects.delete(file)
            raise

    def _forget(self, connection: Connection, upload: str) -> None:
        mine = part_table.c.upload == upload
        self._places.drop_after_commit(connection.scalars(select(part_table.c.file).where(mine)).all())
        connection.execute(delete(part_table).where(mine))
        connection.execute(delete(upload_table).where(upload_table.c.id == upload))


def _parts(connection: Connection, upload: str) -> dict[int, Shape]:
    rows = connection.execute(select(part_table).where(part_table.c.upload == upload)).mappings()
    return {row["number"]: {**row, "checksums": json.loads(row["checksums"])} for row in rows}


def _checksums(document: Shape, parts: list[Shape]) -> Shape | None:
    """The object's checksums, from those of the parts; none where the parts have none in common."""
    common = set.intersection(*(set(part["checksums"]) for part in parts))
    algorithm = document["algorithm"] or next(iter(sorted(common)), None)
    if algorithm is None or algorithm not in common:
        return None
    if document["type"] == "FULL_OBJECT" and checksums.can_combine(algorithm):
        value = checksums.full_object(((part["checksums"][algorithm], part["size"]) for part in parts), algorithm)
        return {"Type": "FULL_OBJECT", "Values": {algorithm: value}}
    value = checksums.composite((part["checksums"][algorithm] for part in parts), algorithm)
    return {"Type": "COMPOSITE", "Values": {algorithm: value}}


def _described(part: Shape) -> Shape:
    sums = {checksums.member(name): value for name, value in part["checksums"].items()}
    described = {"PartNumber": part["number"], "ETag": f'"{part["etag"]}"', "Size": part["size"]}
    return {**described, "LastModified": part["modified"], **sums}


def _is_after(row: RowMapping, marker: tuple[str, str]) -> bool:
    key, upload = marker
    return bool(row["key"] > key or (row["key"] == key and upload and row["id"] > upload))


def _listed(row: RowMapping, context: Context) -> Shape:
    document: dict[str, Any] = json.loads(row["document"])
    return {
        "UploadId": row["id"],
        "Key": row["key"],
        "Initiated": row["initiated"],
        "StorageClass": document["properties"].get("StorageClass", "STANDARD"),
        "Owner": owner(context.account),
        "Initiator": owner(context.account),
    }
