"""EventBridge Scheduler: what is to be started once, at a rate, or by a calendar."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.baseplate.targets import SlowTarget
from brickline.bricks.scheduler import universal
from brickline.bricks.scheduler.groups import Groups
from brickline.bricks.scheduler.kinds import SCHEDULE
from brickline.bricks.scheduler.schedules import Schedules
from brickline.bricks.scheduler.tags import Tags
from brickline.bricks.scheduler.timetable import Timetable


def brick(baseplate: Baseplate) -> Brick:
    parts = (Schedules(baseplate), Groups(baseplate), Tags(baseplate))
    targets = {"aws-sdk:": SlowTarget(universal.call)}
    return Brick("scheduler", parts, {SCHEDULE.key: Timetable(baseplate)}, targets=targets)
