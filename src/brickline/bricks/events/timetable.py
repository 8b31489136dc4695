"""Rules with a schedule: when each is due next, and the event that it sends."""

from __future__ import annotations

import logging

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.bus import NO_BUS
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.schedules import latest_due, parse_schedule
from brickline.bricks.events.kinds import RULE
from brickline.bricks.events.router import Router
from brickline.bricks.events.rulebook import as_rule

log = logging.getLogger(__name__)


def plan(rule: Resource) -> None:
    """Note when a rule that was made, changed or switched is due next; its controller takes it from there."""
    expression = rule.document.get("ScheduleExpression")
    planned = rule.private.get("schedule", {})
    if not expression or rule.document["State"] == "DISABLED":
        rule.private.pop("schedule", None)
    elif planned.get("expression") != expression:
        now = clock.now()
        # A rate counts from when the rule was made or switched on: eb-rate-expressions.html.
        following = parse_schedule(expression).after(now, now)
        rule.private["schedule"] = {"expression": expression, "anchor": now, "next": following}
    rule.unfinished = rule.private.get("schedule", {}).get("next") is not None


class Timetable:
    """The `Controller` of rules with a schedule.

    Of times that passed while the server was down, the last one counts, and the rule runs once for it.
    """

    def __init__(self, baseplate: Baseplate, router: Router) -> None:
        self._baseplate = baseplate
        self._rules = Resources(baseplate, RULE)
        self._router = router

    def reconcile(self, rule: Resource) -> float | None:
        due: float = rule.private["schedule"]["next"]
        if due > clock.now():
            return clock.seconds_until(due)
        with self._rules.change_id(rule.id) as changed:
            schedule = changed.private.get("schedule")
            if schedule and schedule["next"] <= clock.now():
                self._run(changed, schedule)
        return 0.0 if changed.unfinished else None

    def fail(self, rule: Resource, error: Exception) -> None:
        """It stays a rule, but is not looked at again before it is put anew."""
        log.error("the schedule of %s is given up: %s", rule.arn, error)
        with self._rules.change_id(rule.id) as changed:
            changed.unfinished = False

    def _run(self, rule: Resource, schedule: Shape) -> None:
        expression, now = parse_schedule(schedule["expression"]), clock.now()
        due = latest_due(expression, schedule["next"], now, schedule["anchor"])
        schedule["next"] = expression.after(max(now, due), schedule["anchor"])
        rule.unfinished = schedule["next"] is not None
        self._send(rule, due)

    def _send(self, rule: Resource, due: float) -> None:
        """The event goes to the rule's own targets only, whatever other rules there are."""
        baseplate = self._baseplate
        context = baseplate.context(rule.account, rule.region, "events.amazonaws.com", rule.arn)
        sent = baseplate.bus.emit(context, "aws.events", "Scheduled Event", [rule.arn], {}, bus=NO_BUS, time=due)
        self._router.order(as_rule(rule), baseplate.bus.event(sent), 0)
