"""The outbox: events are written in the transaction that changes the state they tell of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from brickline.baseplate import clock, naming, schema
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.store import Store, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Bus:
    """Keeps events in order until they are delivered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._emitted: Callable[[], None] = lambda: None

    def on_emit(self, action: Callable[[], None]) -> None:
        """Call `action` after each commit that brought new events."""
        self._emitted = action

    def emit(self, context: Context, source: str, detail_type: str, resources: list[str], detail: Shape) -> str:
        """Write an event into the outbox; gives its id. `detail` has times as the service's events have them."""
        event_id = naming.unique_id()
        with self._store.write() as connection:
            connection.execute(
                insert(schema.outbox).values(
                    id=event_id,
                    time=clock.now(),
                    account=context.account,
                    region=context.region,
                    source=source,
                    detail_type=detail_type,
                    resources=dumps(resources),
                    detail=dumps(detail),
                    cause=context.cause,
                )
            )
            self._store.after_commit(self._emitted)
        return event_id

    def events(self, after: int = 0) -> Iterator[Shape]:
        """The events after a sequence number, oldest first, in EventBridge's envelope (with `seq` and `cause`)."""
        query = select(schema.outbox).where(schema.outbox.c.seq > after).order_by(schema.outbox.c.seq)
        with self._store.read() as connection:
            for row in connection.execute(query):
                yield {
                    "seq": row.seq,
                    "cause": row.cause,
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
