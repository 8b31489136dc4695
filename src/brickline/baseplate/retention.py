"""Old events and orders are forgotten in the background; never an event that some listener has not heard yet."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Column, ColumnElement, Table, delete, func, select

from brickline.baseplate import clock
from brickline.baseplate.schema import dispatches, outbox, places
from brickline.baseplate.store import Store

AGE = 30 * 86400.0
"""Seconds that events are kept, and orders that were carried out: so long `why` can tell of them."""

MOST = 1_000_000
"""Events that are kept, however young they are."""

DEAD_AGE = 60 * 86400.0
INTERVAL = 600.0
"""Seconds between sweeps."""

_AT_ONCE = 1000
"""Rows that one transaction deletes: others want to write, too."""


class Retention:
    """Sweeps a store. Asked often, it does so now and then."""

    def __init__(self, store: Store, is_wanted: Callable[[], bool] = lambda: False) -> None:
        """A sweep stops where its thread `is_wanted` for something else; it is taken up when it is asked next."""
        self._store = store
        self._is_wanted = is_wanted
        self._last = time.monotonic()

    def sweep_now_and_then(self) -> None:
        if time.monotonic() - self._last > INTERVAL:
            self.sweep()
            if not self._is_wanted():
                self._last = time.monotonic()

    def sweep(self) -> None:
        """Forget what is old enough."""
        self._sweep_events()
        self._sweep_orders()

    def _sweep_events(self) -> None:
        """Those that every listener has heard."""
        last = self._last_old(outbox.c.seq, outbox.c.time)
        with self._store.read() as connection:
            heard = connection.scalar(select(func.min(places.c.seq)))
        self._delete(outbox, outbox.c.seq, outbox.c.seq <= (last if heard is None else min(last, heard)))

    def _sweep_orders(self) -> None:
        """Those that are over; dead letters stay longer."""
        table = dispatches
        is_over = (table.c.status == "done") | ((table.c.status == "dead") & (table.c.created < clock.now() - DEAD_AGE))
        self._delete(table, table.c.id, (table.c.id <= self._last_old(table.c.id, table.c.created)) & is_over)

    def _last_old(self, key: Column[int], time: Column[float]) -> int:
        """The last row that is old, or one too many. Rows are there in the order of their times, or almost."""
        with self._store.read() as connection:
            newest = connection.scalar(select(func.max(key))) or 0
            first_young = connection.scalar(select(func.min(key)).where(time >= clock.now() - AGE))
        return max(newest if first_young is None else first_young - 1, newest - MOST)

    def _delete(self, table: Table, key: ColumnElement[int], condition: ColumnElement[bool]) -> None:
        while not self._is_wanted():
            with self._store.write() as connection:
                chosen = select(key).where(condition).order_by(key).limit(_AT_ONCE)
                if connection.execute(delete(table).where(key.in_(chosen))).rowcount < _AT_ONCE:
                    return
