"""What is to be started by events and schedules: kept until it was, tried again where it fails.

A target only writes into the store (a run is driven by its own controller), so that it is started in the same
transaction that notes it as started: whatever is killed in between, it is started once.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, insert, select, update

from brickline.baseplate import clock, naming
from brickline.baseplate.errors import Refused
from brickline.baseplate.naming import Arn
from brickline.baseplate.schema import dispatches as table
from brickline.baseplate.schema import is_dead, is_waiting
from brickline.baseplate.store import Store, dumps
from brickline.baseplate.targets import Delivery, SlowTarget, Target

if TYPE_CHECKING:
    from brickline.baseplate.brick import Context, Shape

log = logging.getLogger(__name__)

_BATCH = 100
_SLOW = 16
"""Slow targets that may be at work at once."""
_LONGEST_HOLD = 0.02
"""Seconds that one transaction may start targets for: others want to write, too."""
_LONGEST_PAUSE = 300.0
_INSERT = insert(table)
_UPDATE = update(table).where(table.c.id == bindparam("row"))

_ATTEMPT_NUMBER = "<aws.scheduler.attempt-number>"
"""EventBridge Scheduler's keyword, which is another text with each attempt."""

_TRY_AGAIN = ("Throttl", "TooManyRequests", "LimitExceeded", "Concurrent", "Conflict", "Unavailable", "Timeout")
"""Parts of the error codes that go by; any other refusal is final, as for EventBridge."""


@dataclass(frozen=True)
class RetryPolicy:
    """How long it is tried, and the ARN of the queue that gets what could not be started ("" for none)."""

    attempts: int = 185
    age: float = 86400.0
    dead_letter: str = ""


@dataclass(frozen=True)
class Order:
    """One thing to start: `origin` is the ARN of the rule, schedule or bucket that wants it."""

    origin: str
    delivery: Delivery
    target_id: str = ""
    policy: RetryPolicy = field(default_factory=RetryPolicy)


class Dispatch:
    """One thread that starts what is due. There is one writer of the store, so more threads would not be quicker."""

    def __init__(
        self, store: Store, find: Callable[[str], Target | None], make_context: Callable[..., Context]
    ) -> None:
        self._store = store
        self._find = find
        self._make_context = make_context
        self._changed = threading.Condition()
        self._is_wanted = True
        self._is_open = True
        self._pool = ThreadPoolExecutor(_SLOW, thread_name_prefix="dispatch-slow")
        self._slow: set[int] = set()
        """Of targets that take their time: which are at work."""
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._is_open = False
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Look at once whether something is due."""
        with self._changed:
            self._is_wanted = True
            self._changed.notify()

    def add(self, context: Context, order: Order, error: str = "") -> None:
        """Keep an order, in the transaction that is open; the context's `cause` is what it happens by.

        With an `error` it is a dead letter from the start.
        """
        now = clock.now()
        values = {
            "token": order.delivery.token,
            "origin": order.origin,
            "target_id": order.target_id,
            "target": order.delivery.arn,
            "account": context.account,
            "region": context.region,
            "cause": context.cause,
            "payload": order.delivery.payload,
            "parameters": dumps(order.delivery.parameters),
            "policy": dumps(asdict(order.policy)),
            "status": "dead" if error else "waiting",
            "attempts": 0,
            "due": now,
            "created": now,
            "finished": now if error else 0.0,
            "started": "",
            "error": error,
        }
        with self._store.add() as connection:
            connection.execute(_INSERT, values)
            self._store.after_commit(self.wake)

    def _run(self) -> None:
        wait = 0.0
        while self._wait(wait):
            try:
                wait = self._start_due()
            except Exception:
                log.exception("what is due could not be started; it is tried again")
                wait = 1.0

    def _wait(self, seconds: float) -> bool:
        """Until something is due or somebody wakes; False once closed."""
        with self._changed:
            if seconds > 0 and not self._is_wanted and self._is_open:
                self._changed.wait(seconds)
            self._is_wanted = False
            return self._is_open

    def _start_due(self) -> float:
        """Start what is due, one transaction's worth; seconds until the next is due."""
        is_idle = table.c.id.not_in(list(self._slow))
        query = select(table).where(is_waiting, is_idle).order_by(table.c.due).limit(_BATCH)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        now = clock.now()
        if due := [row for row in rows if row.due <= now]:
            self._start_all(due)
            return 0.0
        return clock.seconds_until(rows[0].due) if rows else clock.LONGEST_WAIT

    def _start_all(self, rows: Sequence[Row[Any]]) -> None:
        began = time.monotonic()
        with self._store.write():
            for row in rows:
                self._start_one(row)
                if time.monotonic() - began > _LONGEST_HOLD:
                    return

    def _start_one(self, row: Row[Any]) -> None:
        try:
            target = self._target(row)
            if isinstance(target, SlowTarget):
                self._store.after_commit(lambda: self._hand_over(row, target))
                return
            with self._store.write():
                started = target(self._context(row), _delivery(row))
        except Exception as error:
            self._failed(row, error)
        else:
            self._done(row, started)

    def _hand_over(self, row: Row[Any], target: SlowTarget) -> None:
        if self._is_open:
            self._slow.add(row.id)
            self._pool.submit(self._start_slow, row, target)

    def _start_slow(self, row: Row[Any], target: SlowTarget) -> None:
        try:
            started = target(self._context(row), _delivery(row))
        except Exception as error:
            self._failed(row, error)
        else:
            self._done(row, started)
        finally:
            self._slow.discard(row.id)
            self.wake()

    def _target(self, row: Row[Any]) -> Target:
        target = self._find(row.target)
        if target is None:
            raise Refused("InvalidTarget", f"{row.target}: nothing here can be started by this ARN")
        return target

    def _context(self, row: Row[Any]) -> Context:
        """Of the account and region that the target lies in."""
        service, arn = row.origin.split(":")[2], Arn.parse(row.target)
        account, region = arn.account or row.account, arn.region or row.region
        return self._make_context(account, region, f"{service}.amazonaws.com", row.cause)

    def _done(self, row: Row[Any], started: str) -> None:
        self._note(row, status="done", started=started, finished=clock.now(), attempts=row.attempts + 1)

    def _failed(self, row: Row[Any], error: Exception) -> None:
        """Later once more, or never: then it is a dead letter."""
        policy = RetryPolicy(**json.loads(row.policy))
        attempts, said = row.attempts + 1, _said(error)
        due = clock.now() + min(2.0 ** (attempts - 1), _LONGEST_PAUSE)
        if not isinstance(error, Refused):
            log.error("%s cannot be started for %s (attempt %d)", row.target, row.origin, attempts, exc_info=error)
        if _is_final(error) or attempts > policy.attempts or due > row.created + policy.age:
            log.error("%s is not started for %s after %d attempts: %s", row.target, row.origin, attempts, said)
            self._note(row, status="dead", error=said, finished=clock.now(), attempts=attempts)
            self._bury(row, policy.dead_letter, said, attempts)
        else:
            self._note(row, error=said, due=due, attempts=attempts)

    def _bury(self, row: Row[Any], queue: str, said: str, attempts: int) -> None:
        """Send a dead letter to its queue, where there is such a queue; it is kept in any case (`dead_letters`)."""
        if not queue or self._find(queue) is None:
            return
        code, _, message = said.partition(": ")
        attributes = {
            "RULE_ARN": row.origin,
            "TARGET_ARN": row.target,
            "ERROR_CODE": code,
            "ERROR_MESSAGE": message,
            "RETRY_ATTEMPTS": str(attempts - 1),
        }
        letter = Delivery(queue, row.payload, {"MessageAttributes": attributes}, naming.unique_id())
        self.add(self._context(row), Order(row.origin, letter, row.target_id))

    def _note(self, row: Row[Any], **values: Any) -> None:
        with self._store.add() as connection:
            connection.execute(_UPDATE, {"row": row.id, **values})


def dead_letters(store: Store, most: int = 100) -> list[Shape]:
    """What could not be started and will not be tried again, the newest first."""
    query = select(table).where(is_dead).order_by(table.c.id.desc()).limit(most)
    with store.read() as connection:
        rows = connection.execute(query).all()
    return [
        {
            "origin": row.origin,
            "target": row.target,
            "target-id": row.target_id,
            "cause": row.cause,
            "time": clock.iso(row.created),
            "attempts": row.attempts,
            "error": row.error,
            "input": row.payload,
        }
        for row in rows
    ]


def _delivery(row: Row[Any]) -> Delivery:
    payload = row.payload
    if ":scheduler:" in row.origin:
        payload = payload.replace(_ATTEMPT_NUMBER, str(row.attempts + 1))
    return Delivery(row.target, payload, json.loads(row.parameters), row.token, row.origin)


def _is_final(error: Exception) -> bool:
    return isinstance(error, Refused) and error.status < 500 and not any(part in error.code for part in _TRY_AGAIN)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
