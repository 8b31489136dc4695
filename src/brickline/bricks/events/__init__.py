"""EventBridge: buses, rules and targets; events are matched in memory, and what they start is started once."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.events.bus_target import BusTarget
from brickline.bricks.events.buses import Buses
from brickline.bricks.events.kinds import RULE
from brickline.bricks.events.pattern_test import TestPattern
from brickline.bricks.events.places import Places
from brickline.bricks.events.put_events import PutEvents
from brickline.bricks.events.router import Router
from brickline.bricks.events.rule_targets import RuleTargets
from brickline.bricks.events.rulebook import Rulebook
from brickline.bricks.events.rules import Rules
from brickline.bricks.events.tags import Tags
from brickline.bricks.events.timetable import Timetable


def brick(baseplate: Baseplate) -> Brick:
    places, rulebook = Places(baseplate), Rulebook(baseplate)
    router = Router(baseplate, rulebook)
    parts = (
        Buses(baseplate, places),
        Rules(baseplate, places, rulebook),
        RuleTargets(baseplate, places, rulebook),
        PutEvents(baseplate, places),
        TestPattern(),
        Tags(baseplate),
    )
    targets = {"event-bus/": BusTarget(baseplate, places).put}
    controllers = {RULE.key: Timetable(baseplate, router)}
    return Brick("events", parts, controllers, targets=targets, listener=router.listen)
