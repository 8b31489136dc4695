"""`/console/why`: the causes of a thing, and what it caused."""

from __future__ import annotations

from brickline.baseplate.why import Unknown, explain
from brickline.console.visit import Html, Visit, get


def why(visit: Visit) -> Html:
    name = visit.query.get("name", "").strip()
    try:
        story = explain(visit.context.baseplate.store, name) if name else None
    except Unknown:
        story = None
    return Html("why.html", {"name": name, "story": story}, 404 if name and not story else 200)


ROUTES = [get("/why", why)]
