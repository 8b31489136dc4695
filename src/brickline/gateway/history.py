"""Pages of our own beside the AWS operations, for `brickline why`, `brickline rules` and the console: JSON by GET.

`/_brickline/why?name=<ARN or event id>`: what `baseplate.why.explain` gives; 404 where nothing is known of it.
`/_brickline/dead-letters`: what could not be started and will not be tried again, the newest first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from brickline.baseplate.dispatch import dead_letters
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import Page, PageRequest, PageResponse
from brickline.baseplate.why import Unknown, explain


def pages(baseplate: Baseplate) -> Mapping[str, Page]:
    return {
        "/_brickline/why": _own(partial(_why, baseplate)),
        "/_brickline/dead-letters": _own(partial(_dead_letters, baseplate)),
    }


def _own(page: Page) -> Page:
    """Only for clients that mean this machine: not for a web page whose host name was made to point here."""

    def answer(request: PageRequest) -> PageResponse:
        host = request.headers.get("host").rsplit(":", 1)[0]
        is_local = host in ("localhost", "[::1]") or host.replace(".", "").isdigit()
        return page(request) if is_local else _json(403, {"message": f"Host: {host!r} is not this machine by address"})

    return answer


def _why(baseplate: Baseplate, request: PageRequest) -> PageResponse:
    name = request.parameter.get("name", "")
    try:
        return _json(200, explain(baseplate.store, name))
    except Unknown:
        return _json(404, {"message": f"name: {name!r} is neither the ARN of anything here nor the id of an event"})


def _dead_letters(baseplate: Baseplate, _request: PageRequest) -> PageResponse:
    return _json(200, {"dead-letters": dead_letters(baseplate.store)})


def _json(status: int, document: Any) -> PageResponse:
    return PageResponse(status, [("Content-Type", "application/json")], json.dumps(document).encode())
