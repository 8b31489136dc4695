"""Controllers: what drives unfinished resources towards a final status.

`reconcile(resource)` looks at what is, does the next step, saves, and says in how many seconds to look again (None:
when somebody wakes it). It is idempotent and may be killed at any line: on start every unfinished resource is woken.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlalchemy import select

from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import Store

log = logging.getLogger(__name__)

ATTEMPTS = 6
"""So often a reconcile that raises is tried (after 0.1, 0.2, 0.4 ... seconds) before its resource is failed."""


class Controller(Protocol):
    """Drives the resources of one kind. One resource is never reconciled by two threads at once."""

    def reconcile(self, resource: Resource) -> float | None:
        """Do the next step; seconds until the next look, or None."""
        ...

    def fail(self, resource: Resource, error: Exception) -> None:
        """The resource cannot go on: give it its final status, with `error` as the reason."""
        ...


class Controllers:
    """Wakes controllers, one thread of a pool per resource at work."""

    def __init__(self, store: Store, controller_of: Callable[[str], Controller | None], workers: int = 32) -> None:
        self._store = store
        self._controller_of = controller_of
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="controller")
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, int]] = []
        self._order = itertools.count()
        self._running: set[int] = set()
        self._again: set[int] = set()
        self._attempts: dict[int, int] = {}
        self._mine = threading.local()
        self._open = True
        self._thread = threading.Thread(target=self._dispatch, name="controllers", daemon=True)

    def start(self) -> None:
        """Pick up every unfinished resource, then go on as woken."""
        with self._store.read() as connection:
            ids = list(connection.scalars(select(table.c.id).where(table.c.unfinished)))
        self._thread.start()
        for resource_id in ids:
            self.wake(resource_id)

    def wake(self, resource_id: int, delay: float = 0.0) -> None:
        """Reconcile the resource, at once or in `delay` seconds. From its own reconcile: ignored (return the delay)."""
        if getattr(self._mine, "resource_id", None) == resource_id:
            return
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), resource_id))
            self._changed.notify()

    def close(self) -> None:
        """Let the reconciles at work end; nothing new is begun."""
        with self._changed:
            self._open = False
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _dispatch(self) -> None:
        while (resource_id := self._next()) is not None:
            self._pool.submit(self._run, resource_id)

    def _next(self) -> int | None:
        with self._changed:
            while self._open:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    resource_id = heapq.heappop(self._due)[2]
                    if resource_id not in self._running:
                        self._running.add(resource_id)
                        return resource_id
                    self._again.add(resource_id)
                else:
                    self._changed.wait(wait)
        return None

    def _run(self, resource_id: int) -> None:
        self._mine.resource_id = resource_id
        delay = self._reconcile(resource_id)
        self._mine.resource_id = None
        with self._changed:
            self._running.discard(resource_id)
            woken = resource_id in self._again
            self._again.discard(resource_id)
        if woken:
            self.wake(resource_id)
        elif delay is not None:
            self.wake(resource_id, delay)

    def _reconcile(self, resource_id: int) -> float | None:
        try:
            resource = resource_by_id(self._store, resource_id)
            if resource is None or not resource.unfinished:
                return None
            controller = self._controller_of(resource.kind)
            if controller is None:
                log.warning("nothing drives %s: is its brick there?", resource.arn)
                return None
            delay = controller.reconcile(resource)
            self._attempts.pop(resource_id, None)
            return delay
        except Exception as error:
            return self._failed(resource_id, error)

    def _failed(self, resource_id: int, error: Exception) -> float | None:
        attempt = self._attempts[resource_id] = self._attempts.get(resource_id, 0) + 1
        log.exception("reconcile of resource %d failed (attempt %d of %d)", resource_id, attempt, ATTEMPTS)
        if attempt < ATTEMPTS:
            return float(0.1 * 2 ** (attempt - 1))
        self._attempts.pop(resource_id, None)
        resource = resource_by_id(self._store, resource_id)
        controller = self._controller_of(resource.kind) if resource else None
        if resource and controller:
            try:
                controller.fail(resource, error)
            except Exception:
                log.exception("%s could not be failed; it is tried again at the next start", resource.arn)
        return None
