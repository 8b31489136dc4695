"""`/console`: the architecture, live."""

from __future__ import annotations

from brickline.console.visit import Html, Visit, get


def home(_visit: Visit) -> Html:
    return Html("home.html")


ROUTES = [get("/", home)]
