"""`/console/events`: events as they come, one by itself, a tester of patterns, and what could not be started."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.dispatch import dead_letters
from brickline.baseplate.errors import Refused
from brickline.console import latest, matching
from brickline.console.previews import laid_out
from brickline.console.visit import Html, Visit, get, post

_MOST = 100
_EXAMPLE = {
    "source": "aws.s3",
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "my-bucket"}, "object": {"key": "days/2013-12-15.csv"}},
}
_PATTERN = {"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": "days/"}]}}}


def events(visit: Visit) -> Html:
    found = latest.events(visit.context.baseplate.store, _MOST, visit.query.get("search", "").strip())
    return Html("events/events.html", {"events": found})


def event(visit: Visit) -> Html:
    store, name = visit.context.baseplate.store, visit.place["id"]
    found = latest.event(store, name)
    if found is None:
        raise Refused("EventNotFound", f"There is no event {name}: it never was, or its time to be kept is over", 404)
    return Html("events/event.html", {"event": found, "started": latest.started_by(store, name)})


def tester(visit: Visit) -> Html:
    """The form: filled with an event (`?event=`) or a rule's pattern (`?rule=`, `?bus=`), or with an example."""
    known = latest.event(visit.context.baseplate.store, visit.query.get("event", ""))
    rule = visit.call_if_there(
        "events", "DescribeRule", Name=visit.query.get("rule") or "-", EventBusName=visit.query.get("bus")
    )
    pattern = (rule or {}).get("EventPattern") or json.dumps(_PATTERN)
    return Html("events/tester.html", {"pattern": laid_out(pattern), "event": json.dumps(known or _EXAMPLE, indent=2)})


def test(visit: Visit) -> Html:
    """Whether the pattern matches, and which rules do. Nothing is started."""
    pattern, text = visit.form.get("pattern", ""), visit.form.get("event", "")
    values: Shape = {"pattern": pattern, "event": text, "is_tested": True}
    try:
        whole = _completed(visit, text)
        if pattern.strip():
            values["matches"] = matching.matches(visit, pattern, whole)
        values["rules"] = list(matching.rules_for(visit, whole))
    except Refused as refused:
        return Html("events/tester.html", {**values, "error": f"{refused.code}: {refused.message}"}, 400)
    return Html("events/tester.html", values)


def undelivered(visit: Visit) -> Html:
    return Html("events/undelivered.html", {"letters": dead_letters(visit.context.baseplate.store)})


def _completed(visit: Visit, text: str) -> str:
    """The event, as JSON, with the members that every event has."""
    try:
        given: Any = json.loads(text)
    except ValueError as error:
        raise Refused("InvalidEvent", f"Event: not a JSON document: {error}") from None
    if not isinstance(given, dict):
        raise Refused("InvalidEvent", "Event: an event is a JSON object")
    return matching.event(visit, given)


ROUTES = [
    get("/events", events),
    get("/events/tester", tester),
    post("/events/tester", test),
    get("/events/undelivered", undelivered),
    get("/events/one/{id}", event),
]
