"""The warm pool: which workers are idle, how many are busy, when one goes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from brickline.baseplate.kinds import Resource
from brickline.bricks.awslambda.execution.sandbox import SESSION_SECONDS
from brickline.bricks.awslambda.execution.worker import Worker
from brickline.bricks.awslambda.lookup import Target
from brickline.bricks.awslambda.refusals import throttled

MOST_BUSY = 100
"""Invocations at once, of all functions."""
_MOST_IDLE = 12
_IDLE_SECONDS = 300.0
_OLDEST = SESSION_SECONDS - 3600


class Pool:
    """Hands workers out and takes them back. `make` gives a worker that has not been started."""

    def __init__(self, make: Callable[[Target], Worker]) -> None:
        self._make = make
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        """In the order of their last use, the longest unused first."""
        self._busy: Counter[int] = Counter()
        """Invocations at work by their function's id."""
        self._at_work: set[Worker] = set()
        self._open = True
        self._closers = ThreadPoolExecutor(4, thread_name_prefix="lambda-end")
        self._reaper = threading.Thread(target=self._reap, name="lambda-idle", daemon=True)
        self._reaper.start()

    def take(self, target: Target) -> Worker:
        """An idle worker of this very code and configuration, or a new one. Refused beyond the concurrency."""
        function = target.function.id
        with self._changed:
            self._check_concurrency(target)
            self._busy[function] += 1
            fitting = (worker for worker in reversed(self._idle) if worker.target.key == target.key)
            found = next((worker for worker in fitting if worker.is_alive), None)
            if found:
                self._idle.remove(found)
        try:
            worker = found or self._make(target)
        except BaseException:
            self._free(function)
            raise
        with self._changed:
            self._at_work.add(worker)
        return worker

    def give_back(self, worker: Worker) -> None:
        """After an invocation; a worker that is not ready for another one is ended."""
        self._free(worker.target.function.id)
        worker.last_used = time.monotonic()
        with self._changed:
            self._at_work.discard(worker)
            keep = worker.is_ready and self._open and worker.last_used - worker.created < _OLDEST
            if keep:
                self._idle.append(worker)
            surplus = self._idle[: max(len(self._idle) - _MOST_IDLE, 0)]
            del self._idle[: len(surplus)]
            self._changed.notify()
        self._end(surplus if keep else [*surplus, worker])

    def discard_outdated(self, function: Resource) -> None:
        """End the idle workers that run what $LATEST was before it became this."""
        key = Target(function, function, function.arn).key
        with self._changed:
            outdated = [one for one in self._idle if one.target.version.id == function.id and one.target.key != key]
            self._idle = [one for one in self._idle if one not in outdated]
        self._end(outdated)

    def close(self) -> None:
        """End every worker; invocations at work end with an error."""
        with self._changed:
            self._open = False
            idle, self._idle = self._idle, []
            at_work = [*self._at_work]
            self._changed.notify()
        for worker in at_work:
            worker.kill()
        self._end(idle)
        self._reaper.join()

    def join(self) -> None:
        """After `close`: returns when nothing is left of the workers."""
        self._closers.shutdown(wait=True)

    def _check_concurrency(self, target: Target) -> None:
        reserved = target.function.private.get("reserved")
        if reserved is not None and self._busy[target.function.id] >= reserved:
            raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        if self._busy.total() >= MOST_BUSY:
            raise throttled("ConcurrentInvocationLimitExceeded")

    def _free(self, function: int) -> None:
        with self._changed:
            self._busy[function] -= 1

    def _end(self, workers: list[Worker]) -> None:
        for worker in workers:
            self._closers.submit(worker.close)

    def _reap(self) -> None:
        while True:
            with self._changed:
                if not self._open:
                    return
                due = self._idle[0].last_used + _IDLE_SECONDS - time.monotonic() if self._idle else None
                if due is None or due > 0:
                    self._changed.wait(due)
                    continue
                worker = self._idle.pop(0)
            self._end([worker])
