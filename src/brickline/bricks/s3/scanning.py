"""Walks the index in key order, past everything below a common prefix in one step instead of reading it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from brickline.baseplate.store import Store
from brickline.bricks.s3.index import Entry, as_entry
from brickline.bricks.s3.schema import objects as table

_MOST_ROWS, _LEAST_ROWS = 1000, 8
_NEWEST, _OLDEST = (1 << 63) - 1, 0

Position = tuple[str, int]
"""After the version with this row id of a key; versions of a key are walked from the newest to the oldest."""


@dataclass(frozen=True)
class Prefix:
    """Keys that go on after a delimiter, as one."""

    text: str


@dataclass(frozen=True)
class Range:
    """What is walked: all versions and markers of a bucket's keys, or the latest versions that are no markers."""

    bucket: int
    prefix: str = ""
    delimiter: str = ""
    all_versions: bool = False


def after_key(key: str) -> Position:
    """After all versions of a key."""
    return key, _OLDEST


def from_key(key: str) -> Position:
    """From the newest version of a key on."""
    return key, _NEWEST


def scan(store: Store, wanted: Range, after: Position, size: int) -> Iterator[Entry | Prefix]:
    """What comes after a position: after all below it, where its key is itself a common prefix."""
    position: Position | None = after
    if after[0] and common_prefix(after[0], wanted.prefix, wanted.delimiter) == after[0]:
        position = _past(after[0])
    rows_at_once = _LEAST_ROWS if wanted.delimiter else min(size, _MOST_ROWS)
    with store.read() as connection:
        while position is not None:
            rows = _fetch(connection, wanted, position, rows_at_once)
            for row in rows:
                if row["key"] < position[0]:
                    continue  # below the common prefix that was given last
                common = common_prefix(row["key"], wanted.prefix, wanted.delimiter)
                yield Prefix(common) if common else as_entry(row)
                position = _past(common) if common else (row["key"], row["id"])
                if position is None:
                    return
            if len(rows) < rows_at_once:
                return
            rows_at_once = _next_size(rows_at_once, is_past=rows[-1]["key"] < position[0])


def common_prefix(key: str, prefix: str, delimiter: str) -> str:
    """`a/b/` for key `a/b/c`, prefix `a/` and delimiter `/`; empty where the delimiter does not follow, or is none."""
    if not delimiter or not key.startswith(prefix):
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


def _past(prefix: str) -> Position | None:
    following = successor(prefix)
    return None if following is None else from_key(following)


def _next_size(rows: int, *, is_past: bool) -> int:
    """Fewer rows where most of a batch lay below one prefix and were read for nothing, else more."""
    return max(rows // 4, _LEAST_ROWS) if is_past else min(rows * 2, _MOST_ROWS)


def _fetch(connection: Connection, wanted: Range, after: Position, size: int) -> Sequence[RowMapping]:
    where = [table.c.bucket == wanted.bucket, *_beyond(after), *_below(wanted.prefix)]
    if wanted.all_versions:
        query = select(table).where(*where).order_by(table.c.key, table.c.id.desc())
    else:
        query = select(table).where(table.c.is_latest, ~table.c.is_marker, *where).order_by(table.c.key)
    return connection.execute(query.limit(size)).mappings().all()


def _beyond(position: Position) -> list[ColumnElement[bool]]:
    key, row_id = position
    if row_id == _OLDEST:
        return [table.c.key > key]
    if row_id == _NEWEST:
        return [table.c.key >= key]
    return [table.c.key >= key, or_(table.c.key > key, and_(table.c.key == key, table.c.id < row_id))]


def _below(prefix: str) -> list[ColumnElement[bool]]:
    if not prefix:
        return []
    end = successor(prefix)
    return [table.c.key >= prefix, *([] if end is None else [table.c.key < end])]
