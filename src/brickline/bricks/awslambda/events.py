"""Asynchronous invocations: accepted into the store, handled at least once, tried again where they fail."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.awslambda.event_configs import retries_and_age
from brickline.bricks.awslambda.execution.executor import Executor, Invocation, Outcome
from brickline.bricks.awslambda.kinds import EVENT
from brickline.bricks.awslambda.lookup import Lookup, Target

log = logging.getLogger(__name__)

RETRY_SECONDS = (1.0, 2.0)
"""Pauses before the two further attempts (on AWS, a minute and two)."""
_LONGEST_PAUSE = 60.0
_WORKERS = 16


class Events:
    """The queue, and the `Controller` that drives it. Functions run in threads of their own: they may take minutes."""

    def __init__(self, baseplate: Baseplate, lookup: Lookup, executor: Executor) -> None:
        self._baseplate = baseplate
        self._events = Resources(baseplate, EVENT)
        self._lookup = lookup
        self._executor = executor
        self._threads = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lambda-event")
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._open = True

    def accept(self, context: Context, target: Target, invocation: Invocation) -> None:
        """Once this returns, the event is not lost."""
        private = {
            "event": invocation.event,
            "client_context": invocation.client_context,
            "arn": target.arn,
            "attempts": 0,
            "throttles": 0,
            "due": 0.0,
        }
        self._events.create(
            context, invocation.request_id, {}, parent=target.function.name, private=private, unfinished=True
        )

    def reconcile(self, event: Resource) -> float | None:
        wait = event.private["due"] - clock.now()
        if wait > 0:
            return float(wait)
        with self._lock:
            if self._open and event.id not in self._running:
                self._running.add(event.id)
                self._threads.submit(self._handle, event)
        return None

    def fail(self, event: Resource, error: Exception) -> None:
        log.error("event %s of function %s is given up: %s", event.name, event.parent, error)
        self._events.delete(event)

    def close(self) -> None:
        """Whatever has not been handled stays in the store, also where its handler is at work: it is handled again."""
        self._open = False
        self._threads.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """After `close`, and once the functions at work were ended: returns when no handler is left."""
        self._threads.shutdown(wait=True)

    def _handle(self, event: Resource) -> None:
        try:
            self._try(event)
        except Refused as refused:
            self.fail(event, refused)  # the function is gone, or the version
        except Exception:
            log.exception("event %s of function %s could not be handled; it is tried again", event.name, event.parent)
            self._try_again(event, _LONGEST_PAUSE)
        finally:
            with self._lock:
                self._running.discard(event.id)
            self._baseplate.controllers.wake(event.id)

    def _try(self, event: Resource) -> None:
        context = self._baseplate.context(event.account, event.region, "lambda.amazonaws.com", event.cause)
        target = self._lookup.target(context, {"FunctionName": event.private["arn"]})
        outcome = self._run(event, target)
        self._executor.flush_logs()  # an event that is gone has left its traces, whatever happens now
        if not self._open:
            return
        retries, age = retries_and_age(target)
        attempts = event.private["attempts"]
        if clock.now() - event.created > age:
            self.fail(event, TimeoutError(f"it is older than {age} seconds"))
        elif outcome is None:
            event.private["throttles"] += 1
            self._try_again(event, min(2.0 ** event.private["throttles"], _LONGEST_PAUSE))
        elif outcome.is_error and attempts < retries:
            event.private["attempts"] += 1
            self._try_again(event, RETRY_SECONDS[attempts])
        else:
            self._events.delete(event)

    def _run(self, event: Resource, target: Target) -> Outcome | None:
        """None where there is no room for another invocation of the function."""
        try:
            return self._executor.run(
                target, Invocation(event.name, event.private["event"], event.private["client_context"], event.cause)
            )
        except Refused as refused:
            if refused.code != "TooManyRequestsException":
                raise
            return None

    def _try_again(self, event: Resource, pause: float) -> None:
        if self._open:
            event.private["due"] = clock.now() + pause
            self._events.keep(event)
