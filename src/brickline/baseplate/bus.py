"""The outbox: events are written in the transaction that changes the state they tell of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert, select

from brickline.baseplate import causes, clock, naming, schema
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.store import Store, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_BUS = ""
"""The bus of events that no rule is to see: they stand in the outbox because something happened by them."""

_INSERT = insert(schema.outbox)

OURS = ("seq", "cause", "bus", "depth", "principal")
"""What listeners are told of an event beside EventBridge's envelope."""


def default_bus(context: Context) -> str:
    """The ARN of the bus that services send their events to."""
    return context.arn("events", "event-bus/default")


class Bus:
    """Keeps events in order until they are delivered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._emitted: Callable[[], None] = lambda: None

    def on_emit(self, action: Callable[[], None]) -> None:
        """Call `action` after each commit that brought new events."""
        self._emitted = action

    def emit(
        self,
        context: Context,
        source: str,
        detail_type: str,
        resources: list[str],
        detail: Shape,
        *,
        bus: str | None = None,
        time: float | None = None,
        replay: str = "",
    ) -> str:
        """Write an event into the outbox; gives its id. `detail` has times as the service's events have them.

        `bus` is the event bus's ARN, without it the default one of the context's account and region; `time` and
        `replay` are those of an event that is not of now.
        """
        event_id = naming.unique_id()
        row = {
            "id": event_id,
            "time": clock.now() if time is None else time,
            "account": context.account,
            "region": context.region,
            "source": source,
            "detail_type": detail_type,
            "resources": dumps(resources),
            "detail": dumps(detail),
            "cause": context.cause,
            "bus": default_bus(context) if bus is None else bus,
            "principal": context.principal,
            "replay": replay,
        }
        with self._store.add() as connection:
            connection.execute(_INSERT, {**row, "depth": causes.depth_after(connection, context.cause)})
            self._store.after_commit(self._emitted)
        return event_id

    def events(self, after: int = 0, most: int | None = None) -> Iterator[Shape]:
        """The events after a sequence number, oldest first, in EventBridge's envelope and with what is only ours."""
        query = select(schema.outbox).where(schema.outbox.c.seq > after).order_by(schema.outbox.c.seq).limit(most)
        with self._store.read() as connection:
            for row in connection.execute(query):
                yield {**{member: getattr(row, member) for member in OURS}, **envelope(row)}

    def event(self, event_id: str) -> Shape:
        """One event, in EventBridge's envelope. LookupError where it is not there (any more)."""
        with self._store.read() as connection:
            row = connection.execute(select(schema.outbox).where(schema.outbox.c.id == event_id)).one_or_none()
        if row is None:
            raise LookupError(event_id)
        return envelope(row)


def envelope(row: Row[Any]) -> Shape:
    """A row of the outbox as rules and targets see the event."""
    event = {
        "version": "0",
        "id": row.id,
        "detail-type": row.detail_type,
        "source": row.source,
        "account": row.account,
        "time": clock.iso(row.time),
        "region": row.region,
        "resources": json.loads(row.resources),
        "detail": json.loads(row.detail),
    }
    return {**event, "replay-name": row.replay} if row.replay else event
