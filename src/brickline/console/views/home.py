"""`/console`: the architecture, live, and what happened lately. `/_brickline/picture.svg`: the same for notebooks."""

from __future__ import annotations

from functools import partial

from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.console import addresses, latest
from brickline.console.architecture.choice import chosen
from brickline.console.architecture.drawing import Look, draw, standalone
from brickline.console.architecture.found import find
from brickline.console.architecture.model import KINDS, Architecture
from brickline.console.rendering import phrase
from brickline.console.visit import Html, Visit, get

_MOST_EVENTS = 12
_LISTS = {
    "repository": "/repositories",
    "bucket": "/s3",
    "schedule": "/schedules",
    "rule": "/events/rules",
    "codepipeline": "/codepipelines",
    "project": "/builds",
    "pipeline": "/pipelines",
    "function": "/functions",
    "group": "/registry",
    "endpoint": "/endpoints",
}
"""The page with all bricks of a kind, below the console's address."""


def home(visit: Visit) -> Html:
    found = _found(visit)
    look = Look(addresses.of_arn, partial(phrase, visit.language))
    values = {
        "picture": draw(found, look) if found.blocks else "",
        "more": [(look.phrase(title), _LISTS[kind]) for kind, title in KINDS.items() if kind in found.cut],
        "events": latest.runs(visit.context.baseplate.store, _MOST_EVENTS),
    }
    return Html("home.html", values)


def picture(baseplate: Baseplate, request: PageRequest) -> PageResponse:
    """`?highlight=` names bricks by ARN, name or kind, with commas between; links lead to the console."""
    wished = [name for name in request.parameter.get("highlight", "").split(",") if name]
    host = f"http://{request.headers.get('host')}"
    look = Look(
        lambda arn: host + addresses.of_arn(arn),
        partial(phrase, request.parameter.get("language", "en")),
        frozenset(wished),
    )
    drawn = draw(_found(Visit(baseplate.context(), request.path)), look)
    headers = [("Content-Type", "image/svg+xml; charset=utf-8"), ("Cache-Control", "no-store")]
    return PageResponse(200, headers, standalone(drawn).encode())


def _found(visit: Visit) -> Architecture:
    return chosen(find(visit.call_if_there, visit.context.baseplate.store))


ROUTES = [get("/", home)]
