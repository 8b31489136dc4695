"""Old events and orders are forgotten in the background; never an event that some listener has not heard yet."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import ColumnElement, Table, delete, func, select

from brickline.baseplate import clock
from brickline.baseplate.schema import dispatches, outbox, places
from brickline.baseplate.store import Store

log = logging.getLogger(__name__)

AGE = 30 * 86400.0
"""Seconds that events are kept, and orders that were carried out: so long `why` can tell of them."""

MOST = 1_000_000
"""Events that are kept, however young they are."""

DEAD_AGE = 60 * 86400.0
_INTERVAL = 600.0
_AT_ONCE = 1000
"""Rows that one transaction deletes: others want to write, too."""


class Retention:
    """A thread that sweeps now and then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def sweep(self) -> None:
        """Forget what is old enough."""
        now = clock.now()
        last = self._last_to_forget()
        self._delete(outbox, outbox.c.seq, outbox.c.seq <= last)
        is_done = (dispatches.c.status == "done") & (dispatches.c.finished < now - AGE)
        is_dead = (dispatches.c.status == "dead") & (dispatches.c.finished < now - DEAD_AGE)
        self._delete(dispatches, dispatches.c.id, is_done | is_dead)

    def _last_to_forget(self) -> int:
        """The last event that is old, or one too many, and that every listener has heard."""
        with self._store.read() as connection:
            newest = connection.scalar(select(func.max(outbox.c.seq))) or 0
            heard = connection.scalar(select(func.min(places.c.seq)))
            # Events are in the outbox by the order of their commits; only their own times may be out of it.
            first_young = connection.scalar(select(func.min(outbox.c.seq)).where(outbox.c.time >= clock.now() - AGE))
        old = first_young - 1 if first_young is not None else newest
        return min(max(old, newest - MOST), newest if heard is None else heard)

    def _delete(self, table: Table, key: ColumnElement[int], condition: ColumnElement[bool]) -> None:
        while not self._closing.is_set():
            with self._store.write() as connection:
                chosen = select(key).where(condition).order_by(key).limit(_AT_ONCE)
                if connection.execute(delete(table).where(key.in_(chosen))).rowcount < _AT_ONCE:
                    return

    def _run(self) -> None:
        while not self._closing.wait(_INTERVAL):
            try:
                self.sweep()
            except Exception:
                log.exception("old events could not be forgotten; it is tried again")
