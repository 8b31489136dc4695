"""Which rules an event would start, asked of EventBridge's own operations. Nothing is started."""

from __future__ import annotations

import json
from collections.abc import Iterator

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import pages
from brickline.console.visit import Visit

_MOST_RULES = 500


def event(visit: Visit, given: Shape) -> str:
    """An event of this account, as JSON, with the members that every event has, now; those that are given win."""
    envelope: Shape = {
        "version": "0",
        "id": naming.unique_id(),
        "detail-type": "",
        "source": "",
        "account": visit.context.account,
        "time": clock.iso(clock.now()),
        "region": visit.context.region,
        "resources": [],
        "detail": {},
    }
    return json.dumps({**envelope, **given})


def matches(visit: Visit, pattern: str, event: str) -> bool:
    """`event` is JSON. Raises Refused where pattern or event is no such thing."""
    return bool(visit.call("events", "TestEventPattern", EventPattern=pattern, Event=event)["Result"])


def rules_for(visit: Visit, event: str) -> Iterator[Shape]:
    """The rules of the default bus whose pattern matches, disabled ones too, each with its `targets`."""
    for rule in pages(visit.call_if_there, "events", "ListRules", "Rules", _MOST_RULES):
        if rule.get("EventPattern") and matches(visit, rule["EventPattern"], event):
            targets = visit.call_if_there("events", "ListTargetsByRule", Rule=rule["Name"]) or {}
            yield {**rule, "targets": targets.get("Targets", [])}
