"""Walks the index in key order, past everything below a common prefix in one step instead of reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from brickline.baseplate.store import Store
from brickline.bricks.s3.index import Entry, as_entry
from brickline.bricks.s3.schema import objects as table

_BATCH = 1000


@dataclass(frozen=True)
class Prefix:
    """Keys that go on after a delimiter, as one."""

    text: str


def scan(store: Store, bucket: int, prefix: str, delimiter: str, after: str, batch: int) -> Iterator[Entry | Prefix]:
    """Latest versions that are no delete markers, with keys greater than `after` - and than all below it, where
    `after` is itself a common prefix."""
    start = successor(after) if delimiter and common_prefix(after, prefix, delimiter) == after else None
    shown = (table.c.bucket == bucket, table.c.is_latest, ~table.c.is_marker)
    from_key, is_open = (start, False) if start is not None else (after, True)
    while from_key is not None:
        rows = _fetch(store, [*shown, *_bounds(prefix, from_key, is_open)], min(batch, _BATCH))
        skip_to: str | None = None
        for entry in rows:
            if skip_to is not None and entry.key < skip_to:
                continue
            if delimiter and (common := common_prefix(entry.key, prefix, delimiter)):
                yield Prefix(common)
                skip_to = successor(common)
                if skip_to is None:
                    return
            else:
                yield entry
        if len(rows) < min(batch, _BATCH):
            return
        last = rows[-1].key
        from_key, is_open = (skip_to, False) if skip_to is not None and skip_to > last else (last, True)


def scan_versions(
    store: Store, bucket: int, prefix: str, delimiter: str, after: tuple[str, int]
) -> Iterator[Entry | Prefix]:
    """All versions and markers by key, newest first, from after a key and the row id of one of its versions."""
    key, row_id = after
    seen = ""
    while True:
        beyond = or_(table.c.key > key, and_(table.c.key == key, table.c.id < row_id))
        where = [table.c.bucket == bucket, *_bounds(prefix, "", True), beyond]
        with store.read() as connection:
            query = select(table).where(*where).order_by(table.c.key, table.c.id.desc()).limit(_BATCH)
            rows = [as_entry(row) for row in connection.execute(query).mappings()]
        for entry in rows:
            common = common_prefix(entry.key, prefix, delimiter) if delimiter else ""
            if not common:
                yield entry
            elif common != seen:
                seen = common
                yield Prefix(common)
        if len(rows) < _BATCH:
            return
        key, row_id = rows[-1].key, rows[-1].id


def common_prefix(key: str, prefix: str, delimiter: str) -> str:
    """`a/b/` for key `a/b/c`, prefix `a/` and delimiter `/`; empty where the delimiter does not follow."""
    if not key.startswith(prefix):
        return ""
    end = key.find(delimiter, len(prefix))
    return key[: end + len(delimiter)] if end >= 0 else ""


def successor(prefix: str) -> str | None:
    """The least text greater than all that begins with `prefix`; None where there is none (an empty prefix)."""
    for end in range(len(prefix), 0, -1):
        point = ord(prefix[end - 1])
        if point < 0x10FFFF:
            following = 0xE000 if point == 0xD7FF else point + 1  # no surrogates in between
            return prefix[: end - 1] + chr(following)
    return None


def _bounds(prefix: str, from_key: str, is_open: bool) -> list[ColumnElement[bool]]:
    bounds = [table.c.key > from_key] if is_open else [table.c.key >= from_key]
    if prefix:
        bounds.append(table.c.key >= prefix)
        if (end := successor(prefix)) is not None:
            bounds.append(table.c.key < end)
    return bounds


def _fetch(store: Store, where: list[ColumnElement[bool]], size: int) -> list[Entry]:
    with store.read() as connection:
        query = select(table).where(*where).order_by(table.c.key).limit(size)
        return [as_entry(row) for row in connection.execute(query).mappings()]
