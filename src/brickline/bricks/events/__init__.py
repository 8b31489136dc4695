"""EventBridge: buses, rules and targets; events are matched in memory, and what they start is started once."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.baseplate.targets import SlowTarget, Target
from brickline.bricks.events.archive import Archive
from brickline.bricks.events.archives import Archives
from brickline.bricks.events.bus_target import BusTarget
from brickline.bricks.events.buses import Buses
from brickline.bricks.events.destinations import ApiDestinations, Authorizing, Connections, DestinationTarget
from brickline.bricks.events.kinds import CONNECTION, REPLAY, RULE
from brickline.bricks.events.pattern_test import TestPattern
from brickline.bricks.events.places import Places
from brickline.bricks.events.put_events import PutEvents
from brickline.bricks.events.replays import ReplayController, Replays
from brickline.bricks.events.router import Router
from brickline.bricks.events.rule_targets import RuleTargets
from brickline.bricks.events.rulebook import Rulebook
from brickline.bricks.events.rules import Rules
from brickline.bricks.events.schema import archived
from brickline.bricks.events.tags import Tags
from brickline.bricks.events.timetable import Timetable


def brick(baseplate: Baseplate) -> Brick:
    baseplate.store.add_tables(archived)
    places, rulebook, archive = Places(baseplate), Rulebook(baseplate), Archive(baseplate)
    router = Router(baseplate, rulebook, archive)
    parts = (
        Buses(baseplate, places),
        Rules(baseplate, places, rulebook),
        RuleTargets(baseplate, places, rulebook),
        PutEvents(baseplate, places),
        TestPattern(),
        Archives(baseplate, places, archive),
        Replays(baseplate),
        Connections(baseplate),
        ApiDestinations(baseplate),
        Tags(baseplate),
    )
    authorizing = Authorizing(baseplate)
    targets: dict[str, Target] = {
        "event-bus/": BusTarget(baseplate, places).put,
        "api-destination/": SlowTarget(DestinationTarget(baseplate, authorizing).call),
    }
    controllers: dict[str, Controller] = {
        RULE.key: Timetable(baseplate, router),
        REPLAY.key: ReplayController(baseplate),
        CONNECTION.key: authorizing,
    }
    return Brick("events", parts, controllers, targets=targets, listener=router.listen)
