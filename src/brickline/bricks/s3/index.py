"""The object index: which versions of which keys there are. Everything here runs in the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from brickline.baseplate import naming
from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Resource
from brickline.baseplate.store import dumps
from brickline.bricks.s3.bucket_documents import document_of
from brickline.bricks.s3.schema import objects as table

NULL = "null"
"""The version id of what is put while versioning is off or suspended."""


@dataclass(frozen=True)
class Entry:
    """A version of a key. `document` has what Head and Get give back beyond the columns."""

    key: str
    size: int
    etag: str
    modified: float
    file: str
    document: Shape
    version: str = NULL
    is_latest: bool = True
    is_marker: bool = False
    id: int = 0
    is_versioned: bool = False
    """Whether its bucket has versions (or had, and is suspended): then answers name the version, be it `null`."""


def as_marker(entry: Entry) -> Entry:
    return replace(entry, is_marker=True)


def versioning(bucket: Resource) -> str:
    """`Enabled`, `Suspended`, or nothing where it was never switched on."""
    return str((document_of(bucket, "bucket_versioning") or {}).get("Status", ""))


def latest(connection: Connection, bucket: Resource, key: str) -> Entry | None:
    """The newest version, which may be a delete marker."""
    return _one(connection, bucket, table.c.key == key, table.c.is_latest)


def version_of(connection: Connection, bucket: Resource, key: str, version: str) -> Entry | None:
    return _one(connection, bucket, table.c.key == key, table.c.version == version)


def add(connection: Connection, bucket: Resource, entry: Entry) -> tuple[str, list[str]]:
    """Make an entry the newest version; gives its version id and the files that nothing needs any longer."""
    replaced: list[str] = []
    version = naming.mixed_id(32) if versioning(bucket) == "Enabled" else NULL
    if version == NULL:
        replaced = _remove(connection, _at(bucket, entry.key, NULL))
    here = (table.c.bucket == bucket.id, table.c.key == entry.key, table.c.is_latest)
    connection.execute(update(table).where(*here).values(is_latest=False))
    values = {**_columns(entry), "bucket": bucket.id, "version": version, "is_latest": True}
    connection.execute(insert(table).values(**values))
    return version, replaced


def remove(connection: Connection, bucket: Resource, key: str, version: str) -> list[str]:
    """Take a version away for good; the newest of those left becomes the latest. Gives the files to delete."""
    files = _remove(connection, _at(bucket, key, version))
    here = (table.c.bucket == bucket.id, table.c.key == key)
    newest = connection.scalar(select(table.c.id).where(*here).order_by(table.c.id.desc()).limit(1))
    if newest is not None:
        connection.execute(update(table).where(table.c.id == newest).values(is_latest=True))
    return files


def change_document(connection: Connection, entry: Entry, document: Shape) -> None:
    connection.execute(update(table).where(table.c.id == entry.id).values(document=dumps(document)))


def as_entry(row: RowMapping) -> Entry:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "bucket"}
    return Entry(**{**values, "document": json.loads(values["document"])})


def _at(bucket: Resource, key: str, version: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.bucket == bucket.id, table.c.key == key, table.c.version == version)


def _remove(connection: Connection, where: tuple[ColumnElement[bool], ...]) -> list[str]:
    files = list(connection.scalars(select(table.c.file).where(*where)))
    connection.execute(delete(table).where(*where))
    return [file for file in files if file]


def _one(connection: Connection, bucket: Resource, *where: ColumnElement[bool]) -> Entry | None:
    row = connection.execute(select(table).where(table.c.bucket == bucket.id, *where)).mappings().one_or_none()
    return replace(as_entry(row), is_versioned=bool(versioning(bucket))) if row else None


def _columns(entry: Entry) -> dict[str, Any]:
    values = {name: value for name, value in vars(entry).items() if name in table.c and name != "id"}
    return {**values, "document": dumps(entry.document)}
