"""The relational store: SQLite (WAL) by default, PostgreSQL by URL.

One writer at a time: a write transaction holds the process's lock from its first statement to its commit, so operations
need no row locks and a transaction never has to be retried. Readers are not held up (docs/decisions/0002).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select

from brickline.baseplate import schema


class LayoutTooNew(Exception):
    """The data folder was written by a later version of Brickline."""


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class _Open(threading.local):
    """What this thread's open write transaction is."""

    connection: Connection | None = None
    actions: list[Callable[[], None]]
    tables: list[Table]


class Store:
    """Connections, transactions, and what is to happen after a commit."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock = threading.RLock()
        self._open = _Open()
        schema.metadata.create_all(self.engine)
        self._check_layout()

    def add_tables(self, *tables: Table) -> None:
        """Create a brick's own tables where they are not there yet; they stay if the open transaction fails later."""
        with self.write() as connection:
            self._open.tables += tables
            schema.metadata.create_all(connection, tables=list(tables))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read by: this thread's open transaction if it has one, else one statement at a time."""
        if self._open.connection is not None:
            yield self._open.connection
            return
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction; inside another one of the same thread it joins that one."""
        if self._open.connection is not None:
            yield self._open.connection
            return
        with self._lock:
            actions: list[Callable[[], None]] = []
            tables: list[Table] = []
            self._open.actions, self._open.tables = actions, tables
            try:
                with self.engine.begin() as connection:
                    self._open.connection = connection
                    try:
                        yield connection
                    finally:
                        self._open.connection = None
            except BaseException:
                if tables:
                    schema.metadata.create_all(self.engine, tables=tables)
                raise
        for action in actions:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the open transaction is committed (never if it is not); at once where none is open."""
        if self._open.connection is None:
            action()
        else:
            self._open.actions.append(action)

    def close(self) -> None:
        self.engine.dispose()

    def _check_layout(self) -> None:
        with self.write() as connection:
            version = connection.scalar(select(schema.layout.c.version))
            if version is None:
                connection.execute(insert(schema.layout).values(version=schema.VERSION))
            elif version > schema.VERSION:
                raise LayoutTooNew(
                    f"the data is in layout {version}, this Brickline knows up to {schema.VERSION}: "
                    "start the newer version that wrote it"
                )


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=16, max_overflow=112, pool_pre_ping=True)
    engine = create_engine(url, pool_size=16, max_overflow=112)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
