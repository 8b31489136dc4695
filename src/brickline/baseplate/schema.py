"""The tables that every brick stands on. Bricks with tables of their own declare them on the same `metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, text

VERSION = 2
"""Of the layout. A data folder of a later version is refused, one of an earlier version is upgraded."""

UPGRADES = {
    2: (
        "ALTER TABLE resources ADD COLUMN principal VARCHAR(2048) NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN bus VARCHAR(512) NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN principal VARCHAR(2048) NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN depth INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE outbox ADD COLUMN replay VARCHAR(64) NOT NULL DEFAULT ''",
        "ALTER TABLE credentials ADD COLUMN cause VARCHAR(2048) NOT NULL DEFAULT ''",
        "CREATE INDEX resources_by_cause ON resources (cause) WHERE cause > ''",
        "CREATE INDEX outbox_by_cause ON outbox (cause) WHERE cause > ''",
    ),
}
"""What brings the tables of the version before to each version (tables that are new are made by themselves)."""

metadata = MetaData()

serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing integer key (SQLite numbers rows only in a plain INTEGER)."""


def by_bytes(length: int) -> String:
    """Text that is compared by its UTF-8 bytes everywhere, as SQLite does, and not by some language's alphabet."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


layout = Table("layout", metadata, Column("version", Integer, primary_key=True))

resources = Table(
    "resources",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("parent", String(512), nullable=False),
    Column("lookup", by_bytes(512), nullable=False),
    Column("name", String(512), nullable=False),
    Column("arn", String(2048), nullable=False),
    Column("arn_lookup", String(2048), nullable=False),
    Column("status", by_bytes(64), nullable=False),
    Column("created", Float(53), nullable=False),
    Column("modified", Float(53), nullable=False),
    Column("unfinished", Boolean, nullable=False),
    Column("owner", serial, nullable=False),
    Column("cause", String(2048), nullable=False),
    Column("principal", String(2048), nullable=False),
    Column("document", Text, nullable=False),
    Column("private", Text, nullable=False),
    Column("tags", Text, nullable=False),
)
_collection = (resources.c.account, resources.c.region, resources.c.kind, resources.c.parent)
Index("resources_by_name", *_collection, resources.c.lookup, unique=True)
# With `lookup` at their end these can tell without a look at the rows which names contain a text.
Index("resources_by_creation", *_collection, resources.c.created, resources.c.id, resources.c.lookup)
Index("resources_by_modification", *_collection, resources.c.modified, resources.c.id, resources.c.lookup)
Index("resources_by_status", *_collection, resources.c.status, resources.c.created, resources.c.id, resources.c.lookup)
Index("resources_by_arn", resources.c.arn_lookup)
Index("resources_by_owner", resources.c.owner, sqlite_where=text("owner > 0"), postgresql_where=text("owner > 0"))
has_cause = text("cause > ''")
Index("resources_by_cause", resources.c.cause, sqlite_where=has_cause, postgresql_where=has_cause)
is_unfinished = text("unfinished")
"""As the partial index has it: SQLite uses that only for the very same words."""

Index("resources_unfinished", resources.c.id, sqlite_where=is_unfinished, postgresql_where=is_unfinished)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", serial, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("time", Float(53), nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("source", String(256), nullable=False),
    Column("detail_type", String(256), nullable=False),
    Column("resources", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("cause", String(2048), nullable=False),
    Column("bus", String(512), nullable=False),
    Column("principal", String(2048), nullable=False),
    Column("depth", Integer, nullable=False),
    Column("replay", String(64), nullable=False),
)
Index("outbox_by_cause", outbox.c.cause, sqlite_where=has_cause, postgresql_where=has_cause)

places = Table(
    "places",
    metadata,
    Column("listener", String(64), primary_key=True),
    Column("seq", serial, nullable=False),
)
"""How far in the outbox each listener has come."""

dispatches = Table(
    "dispatches",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("origin", String(2048), nullable=False),
    Column("target_id", String(64), nullable=False),
    Column("target", String(2048), nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("cause", String(2048), nullable=False),
    Column("payload", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float(53), nullable=False),
    Column("created", Float(53), nullable=False),
    Column("finished", Float(53), nullable=False),
    Column("started", String(2048), nullable=False),
    Column("error", Text, nullable=False),
)
"""What is to be started, or was: see `dispatch`."""
is_waiting = text("status = 'waiting'")
Index("dispatches_waiting", dispatches.c.due, sqlite_where=is_waiting, postgresql_where=is_waiting)
Index("dispatches_by_cause", dispatches.c.cause)
has_started = text("started > ''")
Index("dispatches_by_started", dispatches.c.started, sqlite_where=has_started, postgresql_where=has_started)
is_dead = text("status = 'dead'")
Index("dispatches_dead", dispatches.c.id, sqlite_where=is_dead, postgresql_where=is_dead)

tokens = Table(
    "tokens",
    metadata,
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("operation", String(128), primary_key=True),
    Column("token", String(256), primary_key=True),
    Column("response", Text, nullable=False),
    Column("created", Float(53), nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("access_key", String(128), primary_key=True),
    Column("secret", String(128), nullable=False),
    Column("session_token", Text, nullable=False),
    Column("account", String(12), nullable=False),
    Column("principal", String(2048), nullable=False),
    Column("expires", Float(53), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("cause", String(2048), nullable=False),
)
