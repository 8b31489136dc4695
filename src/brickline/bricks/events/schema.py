"""The table of archived events. `time` is the event's own, in epoch seconds."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table, Text

from brickline.baseplate.schema import metadata, serial

archived = Table(
    "archived_events",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("archive", serial, nullable=False),
    Column("time", Float(53), nullable=False),
    Column("event", Text, nullable=False),
)
Index("archived_events_by_time", archived.c.archive, archived.c.time, archived.c.id)
