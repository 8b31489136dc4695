"""Schedule groups."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.scheduler.kinds import DEFAULT_GROUP, GROUP, SCHEDULE
from brickline.bricks.scheduler.refusals import invalid


class Groups:
    """CreateScheduleGroup, GetScheduleGroup, DeleteScheduleGroup, ListScheduleGroups."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._groups = Resources(baseplate, GROUP)
        self._schedules = Resources(baseplate, SCHEDULE)

    def create_schedule_group(self, context: Context, request: Shape) -> Shape:
        def make() -> Shape:
            default_group(self._groups, context)
            tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
            group = self._groups.create(context, request["Name"], {"State": "ACTIVE"}, tags=tags)
            return {"ScheduleGroupArn": group.arn}

        return self._baseplate.once(context, "CreateScheduleGroup", request.get("ClientToken"), make)

    def get_schedule_group(self, context: Context, request: Shape) -> Shape:
        default_group(self._groups, context)
        return self._groups.get(context, request["Name"]).document

    def delete_schedule_group(self, context: Context, request: Shape) -> Shape:
        """Its schedules go with it."""
        name = request["Name"]
        if name == DEFAULT_GROUP:
            raise invalid("Name: the schedule group default cannot be deleted")
        with self._baseplate.store.write():
            group = self._groups.get(context, name)
            for schedule in list(self._schedules.all(context, name)):
                self._schedules.delete(schedule)
            self._groups.delete(group)
        return {}

    def list_schedule_groups(self, context: Context, request: Shape) -> Shape:
        default_group(self._groups, context)
        return self._groups.page(context, request)


def default_group(groups: Resources, context: Context) -> Resource:
    """Every account and region has one: it is made when it is first asked for."""
    found = groups.find(context, DEFAULT_GROUP)
    if found is None:
        with context.baseplate.store.write():  # where two ask at once, one makes it
            found = groups.find(context, DEFAULT_GROUP) or groups.create(context, DEFAULT_GROUP, {"State": "ACTIVE"})
    return found
