"""Tells bricks of events: in the order of the outbox, and each brick once, whatever is killed in between."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy import func, insert, select, update

from brickline.baseplate import retention, schema
from brickline.baseplate.brick import Listener
from brickline.baseplate.bus import Bus
from brickline.baseplate.store import Store

log = logging.getLogger(__name__)

BATCH = 50
"""Events that a listener gets in one transaction: others want to write, too."""

ATTEMPTS = 6
"""So often a listener that raises is given an event (after 0.1, 0.2, 0.4 ... seconds) before it is passed over."""


class Delivery:
    """One thread that hands new events to listeners; each listener's place in the outbox is kept in the store."""

    def __init__(self, store: Store, bus: Bus, listeners: Mapping[str, Callable[[], Listener | None]]) -> None:
        """`listeners` give what listens by its name, and are asked only once there is something to tell."""
        self._store = store
        self._bus = bus
        self._listeners = listeners
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._failures: dict[str, int] = {}
        self._places: dict[str, int] = {}
        """As the store has them: nobody else moves them."""
        self._retention = retention.Retention(store, self._wanted.is_set)
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Go on from where each listener was; a new one hears what happens from now on."""
        with self._store.write() as connection:
            known = {row.listener: row.seq for row in connection.execute(select(schema.places))}
            for name in self._listeners:
                if name not in known:
                    known[name] = self._last()
                    connection.execute(insert(schema.places).values(listener=name, seq=known[name]))
        self._places = known
        self._bus.on_emit(self._wanted.set)
        self._wanted.set()
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wanted.wait(retention.INTERVAL)
            self._wanted.clear()
            if self._tell_all():
                self._wanted.set()
            else:
                self._forget_old()

    def _tell_all(self) -> bool:
        """A batch for each listener that is behind; whether there may be more."""
        try:
            last = self._last()
        except Exception:
            log.exception("events could not be read; it is tried again")
            self._closing.wait(1.0)
            return True
        more = [self._tell(name) for name in self._listeners if self._places[name] < last]
        return any(more)

    def _forget_old(self) -> None:
        try:
            self._retention.sweep_now_and_then()
        except Exception:
            log.exception("old events could not be forgotten; it is tried again")

    def _tell(self, name: str) -> bool:
        """One batch for one listener; whether there may be more."""
        failures = self._failures.get(name, 0)
        size = 1 if failures else BATCH
        try:
            told = self._batch(name, size)
        except Exception as error:
            self._failed(name, failures + 1, error)
            return True
        self._failures.pop(name, None)
        return told == size

    def _batch(self, name: str, size: int) -> int:
        listener = self._listeners[name]()
        with self._store.write():
            events = list(self._bus.events(self._places[name], size))
            if listener is not None and events:
                listener(events)
            seq = events[-1]["seq"] if events else self._places[name]
            self._move(name, seq)
        self._places[name] = seq
        return len(events)

    def _move(self, name: str, seq: int) -> None:
        with self._store.write() as connection:
            connection.execute(update(schema.places).where(schema.places.c.listener == name).values(seq=seq))

    def _last(self) -> int:
        with self._store.read() as connection:
            return connection.scalar(select(func.max(schema.outbox.c.seq))) or 0

    def _failed(self, name: str, failures: int, error: Exception) -> None:
        """Wait and try again, one event at a time; one that fails for good is passed over, and the log has it."""
        self._failures[name] = failures
        if failures < ATTEMPTS:
            log.error("%s could not take its events (attempt %d)", name, failures, exc_info=error)
            self._closing.wait(0.1 * 2 ** (failures - 1))
            return
        self._failures.pop(name)
        event = next(self._bus.events(self._places[name]))
        log.error("%s cannot take event %s (%s); it is passed over", name, event["id"], event["detail-type"])
        self._move(name, event["seq"])
        self._places[name] = event["seq"]
