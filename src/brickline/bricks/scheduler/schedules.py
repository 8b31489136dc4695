"""Schedules: when what is to be started."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.scheduler import timetable
from brickline.bricks.scheduler.checks import check_schedule
from brickline.bricks.scheduler.groups import default_group
from brickline.bricks.scheduler.kinds import DEFAULT_GROUP, GROUP, SCHEDULE

_DEFINITION = (
    "ScheduleExpression",
    "StartDate",
    "EndDate",
    "Description",
    "KmsKeyArn",
    "FlexibleTimeWindow",
)
_RETRY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


class Schedules:
    """CreateSchedule, GetSchedule, UpdateSchedule, DeleteSchedule, ListSchedules."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._groups = Resources(baseplate, GROUP)
        self._schedules = Resources(baseplate, SCHEDULE)

    def create_schedule(self, context: Context, request: Shape) -> Shape:
        check_schedule(request)

        def make() -> Shape:
            group = self._group(context, request)
            schedule = self._schedules.create(context, request["Name"], _document(request, group), parent=group)
            timetable.plan(schedule)
            self._schedules.save(schedule)
            return {"ScheduleArn": schedule.arn}

        with self._baseplate.store.write():
            return self._baseplate.once(context, "CreateSchedule", request.get("ClientToken"), make)

    def get_schedule(self, context: Context, request: Shape) -> Shape:
        return self._schedules.get(context, request["Name"], self._group(context, request)).document

    def update_schedule(self, context: Context, request: Shape) -> Shape:
        """Replaces all of it: what the request does not say has its default again."""
        check_schedule(request)
        group = self._group(context, request)

        def change() -> Shape:
            with self._schedules.change(context, request["Name"], group) as schedule:
                kept = {member: schedule.document[member] for member in ("Name", "Arn", "CreationDate")}
                schedule.document = {**kept, **_document(request, group)}
                timetable.plan(schedule)
            return {"ScheduleArn": schedule.arn}

        return self._baseplate.once(context, "UpdateSchedule", request.get("ClientToken"), change)

    def delete_schedule(self, context: Context, request: Shape) -> Shape:
        group = self._group(context, request)

        def delete() -> Shape:
            with self._baseplate.store.write():
                self._schedules.delete(self._schedules.get(context, request["Name"], group))
            return {}

        return self._baseplate.once(context, "DeleteSchedule", request.get("ClientToken"), delete)

    def list_schedules(self, context: Context, request: Shape) -> Shape:
        group = self._group(context, request) if request.get("GroupName") else None
        return self._schedules.page(context, request, group)

    def _group(self, context: Context, request: Shape) -> str:
        """The name of the request's group. Refused where it is not there."""
        default_group(self._groups, context)
        return self._groups.get(context, request.get("GroupName", DEFAULT_GROUP)).name


def _document(request: Shape, group: str) -> Shape:
    """With the defaults that GetSchedule shows."""
    target = request["Target"]
    return {
        **{member: request[member] for member in _DEFINITION if member in request},
        "GroupName": group,
        "ScheduleExpressionTimezone": request.get("ScheduleExpressionTimezone", "UTC"),
        "State": request.get("State", "ENABLED"),
        "ActionAfterCompletion": request.get("ActionAfterCompletion", "NONE"),
        "Target": {**target, "RetryPolicy": {**_RETRY, **target.get("RetryPolicy", {})}},
    }
