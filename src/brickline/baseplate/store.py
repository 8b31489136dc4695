"""The relational store: SQLite (WAL) by default, PostgreSQL by URL.

One writer at a time: a write transaction holds the process's lock from its first statement to its commit, so operations
need no row locks and a transaction never has to be retried. Readers are not held up (docs/decisions/0002).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from brickline.baseplate import schema

log = logging.getLogger(__name__)

_CURES = {
    "disk is full": "make room on the disk of the data folder",
    "readonly database": "give this user the right to write to the data folder",
    "unable to open database file": "is the data folder there, and may this user write to it?",
    "is locked": "end the other program that has the data folder's state.db open",
    "not a database": "state.db is damaged: restore it, or start with another --data folder",
}
"""What SQLite says of a store that cannot be used, and what to do about it."""


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "case_sensitive_like=ON",  # as in PostgreSQL
)

_FORM = "write it as postgresql+psycopg://user:password@host:port/database"


class StoreFailed(Exception):
    """The store cannot be reached, read or written; the message says why and what to do."""


class LayoutTooNew(Exception):
    """The data folder was written by a later version of Brickline."""


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class _Open(threading.local):
    """What this thread's open write transaction is."""

    connection: Connection | None = None
    actions: list[Callable[[], None]]
    tables: list[Table]


class Commits:
    """Counts the store's commits, for who shows what is there: nothing is lost by missing one."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()
        self._is_closed = False

    def wait(self, seen: int, seconds: float) -> int | None:
        """The count once it is another than `seen`, or after so many seconds; None once the server stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self.count != seen, seconds)
            return None if self._is_closed else self.count

    def add(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let all that wait go."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()


class Store:
    """Connections, transactions, and what is to happen after a commit."""

    def __init__(self, url: str) -> None:
        """Raises StoreFailed and LayoutTooNew."""
        self.engine = _engine(url)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock = threading.Lock()
        self._open = _Open()
        self.commits = Commits()
        with _failing_clearly(self.engine):
            schema.metadata.create_all(self.engine)
        self._check_layout()

    def add_tables(self, *tables: Table) -> None:
        """Create a brick's own tables where they are not there yet; they stay if the open transaction fails later."""
        with self.write() as connection:
            self._open.tables += tables
            schema.metadata.create_all(connection, tables=list(tables))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read by: this thread's open transaction if it has one, else one statement at a time.

        Raises StoreFailed.
        """
        if self._open.connection is not None:
            yield self._open.connection
            return
        with _failing_clearly(self.engine), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction; inside another one of the same thread a part of that one.

        A part that raises leaves nothing of itself behind, though whoever catches it goes on. Raises StoreFailed.
        """
        if self._open.connection is not None:
            with self._part(self._open.connection) as connection:
                yield connection
            return
        with self._lock, _failing_clearly(self.engine):
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
        self.commits.add()
        for action in actions:
            _act(action)

    @contextmanager
    def add(self) -> Iterator[Connection]:
        """For one insert that cannot be refused: in the open transaction as it is, without the cost of a part of it."""
        if self._open.connection is not None:
            yield self._open.connection
            return
        with self.write() as connection:
            yield connection

    @contextmanager
    def _part(self, connection: Connection) -> Iterator[Connection]:
        actions, tables = len(self._open.actions), len(self._open.tables)
        try:
            with _savepoint(connection):
                yield connection
        except BaseException:
            del self._open.actions[actions:]
            schema.metadata.create_all(connection, tables=self._open.tables[tables:])
            raise

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the open transaction is committed (never if it is not); at once where none is open."""
        if self._open.connection is None:
            action()
        else:
            self._open.actions.append(action)

    def close(self) -> None:
        self.commits.close()
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
            elif version < schema.VERSION:
                _upgrade(connection, version)


def _upgrade(connection: Connection, version: int) -> None:
    for step in range(version + 1, schema.VERSION + 1):
        for statement in schema.UPGRADES[step]:
            connection.exec_driver_sql(statement)
    connection.execute(update(schema.layout).values(version=schema.VERSION))


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """By the driver itself: what SQLAlchemy does for a savepoint takes longer than most of what is done within one."""
    cursor = connection.connection.cursor()
    cursor.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK TO SAVEPOINT part")
        raise
    finally:
        # An inner savepoint of the same name hides the outer one until it is released.
        cursor.execute("RELEASE SAVEPOINT part")
        cursor.close()


def _act(action: Callable[[], None]) -> None:
    """What is committed is committed: an action that raises takes neither the others nor the caller with it."""
    try:
        action()
    except Exception:
        log.exception("what was to happen after a commit failed")


@contextmanager
def _failing_clearly(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        said = " ".join(str(error.orig).split())
        if engine.dialect.name == "sqlite":
            cure = next((cure for sign, cure in _CURES.items() if sign in said), None)
        else:
            cure = "is the server of --store running, and does the URL name a user and a database of its own?"
        if cure is None:
            raise
        raise StoreFailed(f"{engine.url.render_as_string()}: {said}; {cure}") from error


def _engine(url: str) -> Engine:
    try:
        kind = make_url(url).get_backend_name()
        if kind == "sqlite":
            engine = create_engine(url, pool_size=16, max_overflow=112)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if kind == "postgresql":
            return create_engine(url, pool_size=16, max_overflow=112, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreFailed(f"--store {url}: {error}; {_FORM}") from None
    raise StoreFailed(f"--store {url}: a {kind} database cannot be the store; {_FORM}")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
