"""Pages of our own beside the AWS operations, for `brickline why`, `brickline rules` and the console: JSON by GET.

`/_brickline/why?name=<ARN or event id>`: what `baseplate.why.explain` gives; 404 where nothing is known of it.
`/_brickline/dead-letters`: what could not be started and will not be tried again, the newest first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from brickline.baseplate.dispatch import dead_letters
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import Page, PageRequest, PageResponse, for_this_machine, json_page
from brickline.baseplate.why import Unknown, explain


def pages(baseplate: Baseplate) -> Mapping[str, Page]:
    return {
        "/_brickline/why": for_this_machine(partial(_why, baseplate)),
        "/_brickline/dead-letters": for_this_machine(partial(_dead_letters, baseplate)),
    }


def _why(baseplate: Baseplate, request: PageRequest) -> PageResponse:
    name = request.parameter.get("name", "")
    try:
        return json_page(200, explain(baseplate.store, name))
    except Unknown:
        return json_page(404, {"message": f"name: {name!r} is neither the ARN of anything here nor the id of an event"})


def _dead_letters(baseplate: Baseplate, _request: PageRequest) -> PageResponse:
    return json_page(200, {"dead-letters": dead_letters(baseplate.store)})
