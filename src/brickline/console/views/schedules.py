"""`/console/schedules`: schedules of EventBridge Scheduler, when each is due next, and what it has started."""

from __future__ import annotations

from itertools import islice
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.schedules import parse_schedule
from brickline.console import START, latest, lists
from brickline.console.rendering import segment
from brickline.console.visit import Html, Redirect, Visit, get, post

_MOST = 25
_NEXT = 5
_UPDATABLE = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "Target",
    "ActionAfterCompletion",
)
"""What UpdateSchedule takes: it replaces the whole schedule."""


def schedules(visit: Visit) -> Html:
    listed = visit.call(
        "scheduler",
        "ListSchedules",
        NamePrefix=visit.query.get("search", "").strip(),
        MaxResults=lists.PAGE,
        NextToken=visit.query.get("next"),
    )
    found = [_get(visit, one["GroupName"], one["Name"]) for one in listed["Schedules"]]
    rules = visit.call("events", "ListRules")["Rules"]
    values = {
        "schedules": [{**one, "next": next(iter(due(one, 1)), None)} for one in found],
        "rules": [one for one in rules if one.get("ScheduleExpression")],
        "token": listed.get("NextToken"),
    }
    return Html("schedules/list.html", values)


def schedule(visit: Visit) -> Html:
    group, name = visit.place["group"], visit.place["name"]
    found = _get(visit, group, name)
    values = {
        "schedule": found,
        "name": name,
        "group": group,
        "address": address(group, name),
        "next": due(found, _NEXT),
        "deliveries": latest.deliveries_of(visit.context.baseplate.store, found["Arn"], _MOST),
    }
    return Html("schedules/schedule.html", values)


def switch(visit: Visit) -> Redirect:
    group, name = visit.place["group"], visit.place["name"]
    found = _get(visit, group, name)
    kept = {member: found[member] for member in _UPDATABLE if member in found}
    visit.call("scheduler", "UpdateSchedule", **kept, State=visit.form.get("state"))
    return Redirect(address(group, name))


def address(group: str, name: str) -> str:
    """The page of a schedule."""
    return f"{START}/schedules/{segment(group)}/{segment(name)}"


def due(schedule: Shape, most: int) -> list[float]:
    """The next times, in epoch seconds; none where it is off or over. Flexible windows are not counted in."""
    if schedule["State"] != "ENABLED":
        return []
    plan = parse_schedule(schedule["ScheduleExpression"], schedule.get("ScheduleExpressionTimezone") or "UTC")
    start = schedule.get("StartDate") or schedule["CreationDate"]
    end = schedule.get("EndDate") or float("inf")
    return [moment for moment in islice(_after(plan, max(clock.now(), start - 1), start), most) if moment <= end]


def _after(plan: Any, moment: float, anchor: float) -> Any:
    while (following := plan.after(moment, anchor)) is not None:
        yield following
        moment = following


def _get(visit: Visit, group: str, name: str) -> Shape:
    return visit.call("scheduler", "GetSchedule", GroupName=group, Name=name)


ROUTES = [
    get("/schedules", schedules),
    get("/schedules/{group}/{name}", schedule),
    post("/schedules/{group}/{name}", switch),
]
