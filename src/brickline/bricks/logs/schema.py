"""Tables of log streams and events. Times are epoch milliseconds, as everywhere in this service."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from brickline.baseplate import schema

streams = Table(
    "log_streams",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("group_id", schema.serial, nullable=False),
    Column("name", String(512), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("first_event", BigInteger),
    Column("last_event", BigInteger, nullable=False),
    Column("ingested", BigInteger),
    Column("size", BigInteger, nullable=False),
)
"""`last_event` is 0 for a stream without events, so that it has a place in the order by last event."""
Index("log_streams_by_name", streams.c.group_id, streams.c.name, unique=True)
Index("log_streams_by_last_event", streams.c.group_id, streams.c.last_event, streams.c.id)

events = Table(
    "log_events",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("group_id", schema.serial, nullable=False),
    Column("stream_id", schema.serial, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("ingested", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
)
Index("log_events_by_stream", events.c.stream_id, events.c.time, events.c.id)
Index("log_events_by_group", events.c.group_id, events.c.time, events.c.id)
