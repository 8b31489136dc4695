"""CloudWatch Logs: groups, streams and their events."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.logs import target
from brickline.bricks.logs.events import Events
from brickline.bricks.logs.filtering import FilterEvents
from brickline.bricks.logs.groups import Groups
from brickline.bricks.logs.schema import events, streams
from brickline.bricks.logs.streams import Streams
from brickline.bricks.logs.tags import Tags


def brick(baseplate: Baseplate) -> Brick:
    baseplate.store.add_tables(streams, events)
    parts = (Groups(baseplate), Streams(baseplate), Events(baseplate), FilterEvents(baseplate), Tags(baseplate))
    return Brick("logs", parts, targets={"log-group:": target.write})
