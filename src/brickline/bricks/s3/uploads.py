"""Multipart uploads and their parts in the store. Everything here runs in the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping, delete, insert, select

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.store import dumps
from brickline.bricks.s3.schema import completed as completed_table
from brickline.bricks.s3.schema import parts as part_table
from brickline.bricks.s3.schema import uploads as table

_REMEMBERED = 86_400.0
"""Seconds for which the answer to a completion is kept."""


@dataclass(frozen=True)
class Upload:
    """An upload that goes on. `properties` is the document of the object that it will be."""

    id: str
    bucket: int
    key: str
    initiated: float
    properties: Shape
    algorithm: str | None
    """Of the checksums, where the client named one; `type` is COMPOSITE or FULL_OBJECT."""
    type: str


@dataclass(frozen=True)
class Part:
    number: int
    file: str
    size: int
    etag: str
    modified: float
    checksums: dict[str, str]


def begin(connection: Connection, bucket: int, key: str, document: Shape) -> str:
    """Keep a new upload; `document` has its properties, algorithm and type. Gives its id."""
    upload = naming.mixed_id(48)
    values = {"bucket": bucket, "key": key, "initiated": clock.now(), "document": dumps(document)}
    connection.execute(insert(table).values(id=upload, **values))
    return upload


def find(connection: Connection, bucket: int, key: str, upload: str) -> Upload | None:
    row = connection.execute(select(table).where(table.c.id == upload)).mappings().one_or_none()
    return as_upload(row) if row and (row["bucket"], row["key"]) == (bucket, key) else None


def as_upload(row: RowMapping) -> Upload:
    return Upload(row["id"], row["bucket"], row["key"], row["initiated"], **json.loads(row["document"]))


def parts_of(connection: Connection, upload: str) -> dict[int, Part]:
    """The parts by their numbers, in order."""
    rows = connection.execute(
        select(part_table).where(part_table.c.upload == upload).order_by(part_table.c.number)
    ).mappings()
    return {row["number"]: _as_part(row) for row in rows}


def put_part(connection: Connection, upload: str, part: Part) -> list[str]:
    """Keep a part, in place of one with the same number; gives the files that nothing needs any longer."""
    here = (part_table.c.upload == upload, part_table.c.number == part.number)
    replaced = list(connection.scalars(select(part_table.c.file).where(*here)))
    connection.execute(delete(part_table).where(*here))
    values = {**asdict(part), "checksums": dumps(part.checksums)}
    connection.execute(insert(part_table).values(upload=upload, **values))
    return replaced


def end(connection: Connection, upload: str) -> list[str]:
    """Forget an upload and its parts; gives the parts' files."""
    mine = part_table.c.upload == upload
    files = list(connection.scalars(select(part_table.c.file).where(mine)))
    connection.execute(delete(part_table).where(mine))
    connection.execute(delete(table).where(table.c.id == upload))
    return files


def end_all(connection: Connection, bucket: int) -> list[str]:
    """Forget the uploads of a bucket that is deleted; gives their parts' files."""
    ids = list(connection.scalars(select(table.c.id).where(table.c.bucket == bucket)))
    connection.execute(delete(completed_table).where(completed_table.c.bucket == bucket))
    return [file for upload in ids for file in end(connection, upload)]


def remember(connection: Connection, upload: Upload, answer: Shape) -> None:
    """Keep the answer to a completion, for a client that asks again; old ones are forgotten."""
    now = clock.now()
    connection.execute(delete(completed_table).where(completed_table.c.time < now - _REMEMBERED))
    place = {"upload": upload.id, "bucket": upload.bucket, "key": upload.key}
    connection.execute(insert(completed_table).values(**place, time=now, answer=dumps(answer)))


def remembered(connection: Connection, bucket: int, key: str, upload: str) -> Shape | None:
    columns = completed_table.c
    here = (columns.upload == upload, columns.bucket == bucket, columns.key == key)
    found = connection.scalar(select(columns.answer).where(*here))
    answer: Shape | None = json.loads(found) if found else None
    return answer


def missing(upload: str) -> Refused:
    return Refused(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
        "completed.",
        404,
        UploadId=upload,
    )


def _as_part(row: RowMapping) -> Part:
    values = {name: value for name, value in row.items() if name != "upload"}
    return Part(**{**values, "checksums": json.loads(row["checksums"])})
