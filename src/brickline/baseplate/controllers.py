"""Controllers: what drives unfinished resources towards a final status.

`reconcile(resource)` looks at what is, does the next step, saves, and says in how many seconds to look again (None:
when somebody wakes it). It is idempotent and may be killed at any line: on start every unfinished resource is woken.
"""

from __future__ import annotations

import heapq
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlalchemy import select

from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.baseplate.schema import is_unfinished
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import Store

log = logging.getLogger(__name__)

ATTEMPTS = 6
"""So often a reconcile that raises is tried (after 0.1, 0.2, 0.4 ... seconds) before its resource is failed."""

_LONGEST_WAIT = 30.0
"""Seconds between attempts to fail a resource that cannot even be failed (a full disk, a database that is away)."""


class Controller(Protocol):
    """Drives the resources of one kind. One resource is never reconciled by two threads at once."""

    def reconcile(self, resource: Resource) -> float | None:
        """Do the next step; seconds until the next look, or None."""
        ...

    def fail(self, resource: Resource, error: Exception) -> None:
        """The resource cannot go on: give it its final status, with `error` as the reason."""
        ...


class Controllers:
    """Wakes controllers, one thread of a pool per resource at work.

    A resource has one time at which it is due, however often it is woken; looking at it answers every wake before that.
    """

    def __init__(self, store: Store, controller_of: Callable[[str], Controller | None], workers: int = 32) -> None:
        self._store = store
        self._controller_of = controller_of
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="controller")
        self._changed = threading.Condition()
        self._due: dict[int, float] = {}
        self._queue: list[tuple[float, int]] = []
        """Of (time, resource), the earliest first; an entry counts only while it says what `_due` says."""
        self._running: set[int] = set()
        self._failures: dict[int, int] = {}
        """Of resources whose last reconcile raised: how often in a row. Wakes do not shorten their wait."""
        self._mine = threading.local()
        self._open = True
        self._thread = threading.Thread(target=self._dispatch, name="controllers", daemon=True)

    def start(self) -> None:
        """Pick up every unfinished resource, then go on as woken."""
        self._thread.start()
        self.wake_all()

    def wake_all(self) -> None:
        """Every unfinished resource looks anew: at the start, and where the clock was moved."""
        with self._store.read() as connection:
            ids = list(connection.scalars(select(table.c.id).where(is_unfinished)))
        for resource_id in ids:
            self.wake(resource_id)

    def wake(self, resource_id: int, delay: float = 0.0) -> None:
        """Reconcile the resource, at once or in `delay` seconds. From its own reconcile: ignored (return the delay)."""
        if getattr(self._mine, "resource_id", None) == resource_id:
            return
        with self._changed:
            if resource_id not in self._failures or resource_id in self._running:
                self._schedule(resource_id, delay)

    def close(self) -> None:
        """Let the reconciles at work end; nothing new is begun."""
        with self._changed:
            self._open = False
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _schedule(self, resource_id: int, delay: float) -> None:
        """To be called under the lock. An earlier time that is set already stays."""
        due = time.monotonic() + delay
        if due < self._due.get(resource_id, math.inf):
            self._due[resource_id] = due
            if len(self._queue) > 2 * len(self._due) + 64:  # most entries are of times that were brought forward
                self._queue = sorted((due, resource_id) for resource_id, due in self._due.items())
            else:
                heapq.heappush(self._queue, (due, resource_id))
            self._changed.notify()

    def _dispatch(self) -> None:
        while (resource_id := self._next()) is not None:
            self._pool.submit(self._run, resource_id)

    def _next(self) -> int | None:
        """The next resource that is due; None once closed. One that is at work stays due until it has been let go."""
        with self._changed:
            while self._open:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                due, resource_id = heapq.heappop(self._queue)
                if self._due.get(resource_id) == due and resource_id not in self._running:
                    del self._due[resource_id]
                    self._running.add(resource_id)
                    return resource_id
        return None

    def _run(self, resource_id: int) -> None:
        self._mine.resource_id = resource_id
        try:
            delay = self._reconcile(resource_id)
        except Exception as error:
            delay = self._failed(resource_id, error)
        else:
            self._failures.pop(resource_id, None)
        self._mine.resource_id = None
        with self._changed:
            self._let_go(resource_id, delay)

    def _let_go(self, resource_id: int, delay: float | None) -> None:
        """Schedule what it asked for, and the wake that came while it was at work."""
        self._running.discard(resource_id)
        woken = self._due.pop(resource_id, None)
        if woken is not None and resource_id not in self._failures:
            self._schedule(resource_id, max(woken - time.monotonic(), 0.0))
        if delay is not None:
            self._schedule(resource_id, delay)

    def _reconcile(self, resource_id: int) -> float | None:
        resource = resource_by_id(self._store, resource_id)
        if resource is None or not resource.unfinished:
            return None
        controller = self._controller_of(resource.kind)
        if controller is None:
            log.warning("nothing drives %s: is its brick there?", resource.arn)
            return None
        return controller.reconcile(resource)

    def _failed(self, resource_id: int, error: Exception) -> float:
        """Count the failure, and fail the resource when there were too many; seconds until it is looked at again."""
        attempt = self._failures.get(resource_id, 0) + 1
        with self._changed:
            self._failures[resource_id] = attempt
        log.error("reconcile of resource %d failed (attempt %d)", resource_id, attempt, exc_info=error)
        if attempt >= ATTEMPTS and self._fail(resource_id, error):
            self._failures.pop(resource_id, None)
            return 0.0  # some have to be cleaned up after
        return float(min(0.1 * 2 ** min(attempt - 1, 16), _LONGEST_WAIT))

    def _fail(self, resource_id: int, error: Exception) -> bool:
        """Give the resource up; False where not even that can be done now."""
        try:
            resource = resource_by_id(self._store, resource_id)
            controller = self._controller_of(resource.kind) if resource else None
            if resource and controller:
                controller.fail(resource, error)
        except Exception:
            log.exception("resource %d could not be failed; it is tried again", resource_id)
            return False
        return True
