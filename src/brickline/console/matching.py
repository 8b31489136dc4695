"""Which rules an event would start, asked of EventBridge's own operations. Nothing is started."""

from __future__ import annotations

import json
from collections.abc import Iterator

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Shape
from brickline.console.visit import Visit

_MOST_RULES = 500


def event(visit: Visit, given: Shape) -> Shape:
    """An event of this account with the members that every event has, now; those that are given win."""
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
    return {**envelope, **given}


def matches(visit: Visit, pattern: str, event: Shape) -> bool:
    """Raises Refused where pattern or event is no such thing."""
    return bool(visit.call("events", "TestEventPattern", EventPattern=pattern, Event=json.dumps(event))["Result"])


def rules_for(visit: Visit, event: Shape) -> Iterator[Shape]:
    """The rules of the default bus whose pattern matches, disabled ones too, each with its `targets`."""
    for rule in _rules(visit):
        if rule.get("EventPattern") and matches(visit, rule["EventPattern"], event):
            targets = visit.call_if_there("events", "ListTargetsByRule", Rule=rule["Name"]) or {}
            yield {**rule, "targets": targets.get("Targets", [])}


def _rules(visit: Visit) -> Iterator[Shape]:
    token: str | None = ""
    looked_at = 0
    while token is not None and looked_at < _MOST_RULES:
        listed = visit.call_if_there("events", "ListRules", NextToken=token) or {"Rules": []}
        yield from listed["Rules"]
        looked_at += len(listed["Rules"])
        token = listed.get("NextToken")
