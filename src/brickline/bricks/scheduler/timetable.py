"""When schedules are due, and what they then want started."""

from __future__ import annotations

import logging
import random
import uuid
from dataclasses import dataclass

from brickline.baseplate import clock, schedules
from brickline.baseplate.brick import Shape
from brickline.baseplate.dispatch import Order, RetryPolicy
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.schedules import At, Rate
from brickline.baseplate.targets import Delivery
from brickline.bricks.scheduler.inputs import target_input, target_parameters
from brickline.bricks.scheduler.kinds import SCHEDULE

log = logging.getLogger(__name__)

_PRECISION = 60.0
"""Seconds: a rate whose StartDate is just past begins at once."""


@dataclass(frozen=True)
class _Plan:
    """A schedule's expression, and the times between which it counts. A rate begins with its anchor."""

    expression: schedules.Schedule
    anchor: float
    start: float
    end: float

    @staticmethod
    def of(document: Shape, made: float) -> _Plan:
        zone = document["ScheduleExpressionTimezone"]
        expression = schedules.parse_schedule(document["ScheduleExpression"], zone, strict_units=False)
        if isinstance(expression, At):  # StartDate and EndDate are ignored: API_CreateSchedule
            return _Plan(expression, 0.0, 0.0, float("inf"))
        start = document.get("StartDate", made)
        return _Plan(expression, start, start, document.get("EndDate", float("inf")))

    def first(self, now: float) -> float | None:
        if isinstance(self.expression, Rate) and self.anchor > now - _PRECISION:
            return self._within(self.anchor)
        # A StartDate may itself be due: "invocations might occur on, or after, the StartDate".
        return self._within(self.expression.after(max(now, self.start - 1e-6), self.anchor))

    def following(self, due: float) -> float | None:
        return self._within(self.expression.after(due, self.anchor))

    def _within(self, due: float | None) -> float | None:
        return due if due is not None and due <= self.end else None


def plan(schedule: Resource) -> None:
    """Note when a schedule that was made or changed is due; its controller takes it from there."""
    now = clock.now()
    due = _Plan.of(schedule.document, now).first(now) if schedule.document["State"] == "ENABLED" else None
    schedule.private = {"made": now}
    _note(schedule, due)


def _note(schedule: Resource, due: float | None) -> None:
    """`next` is the time that the schedule says; `run` is when it runs, within its flexible window."""
    window = schedule.document["FlexibleTimeWindow"].get("MaximumWindowInMinutes", 0) * 60
    # Spreads work, guards nothing.
    schedule.private["next"] = due
    schedule.private["run"] = due + random.uniform(0, window) if due is not None and window else due  # noqa: S311
    schedule.unfinished = due is not None


class Timetable:
    """The `Controller` of schedules.

    Of times that passed while the server was down, the last one counts, and the schedule runs once for it - unless
    that is longer ago than the target's MaximumEventAgeInSeconds.
    """

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._schedules = Resources(baseplate, SCHEDULE)

    def reconcile(self, schedule: Resource) -> float | None:
        run: float = schedule.private["run"]
        if run > clock.now():
            return clock.seconds_until(run)
        with self._baseplate.store.write():
            current = self._schedules.by_arn(schedule.arn)
            if current is None or not current.unfinished or current.private["run"] > clock.now():
                return 0.0 if current and current.unfinished else None
            return self._run(current)

    def fail(self, schedule: Resource, error: Exception) -> None:
        """It stays, but is not looked at again before it is updated."""
        log.error("schedule %s is given up: %s", schedule.arn, error)
        with self._schedules.change_id(schedule.id) as changed:
            changed.unfinished = False

    def _run(self, schedule: Resource) -> float | None:
        now = clock.now()
        timing = _Plan.of(schedule.document, schedule.private["made"])
        due = schedules.latest_due(timing.expression, schedule.private["next"], now, timing.anchor)
        if due > timing.end:
            due = schedule.private["next"]
        self._order(schedule, due, now)
        _note(schedule, timing.following(max(now, due)))
        if schedule.unfinished or schedule.document["ActionAfterCompletion"] != "DELETE":
            self._schedules.keep(schedule)
        else:
            self._schedules.delete(schedule)
        return 0.0 if schedule.unfinished else None

    def _order(self, schedule: Resource, due: float, now: float) -> None:
        target = schedule.document["Target"]
        age = target["RetryPolicy"]["MaximumEventAgeInSeconds"]
        if now - due > age:
            log.warning(
                "%s was due at %s, more than %d seconds ago: it is passed over", schedule.arn, clock.iso(due), age
            )
            return
        execution = str(uuid.uuid4())
        delivery = Delivery(
            target["Arn"],
            target_input(schedule, due, execution),
            target_parameters(schedule, due, execution),
            execution,
        )
        policy = RetryPolicy(
            target["RetryPolicy"]["MaximumRetryAttempts"], age, target.get("DeadLetterConfig", {}).get("Arn", "")
        )
        context = self._baseplate.context(schedule.account, schedule.region, "scheduler.amazonaws.com", schedule.arn)
        self._baseplate.dispatch.add(context, Order(schedule.arn, delivery, "", policy))
