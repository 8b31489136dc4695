"""The console: the server's web page at `/console`. It reads and acts through operations, like any client.

`application` answers requests; a folder entry of `views` per area gives its routes; `templates` are Jinja's; `static`
is all that the browser loads, so that it works offline. Every page is whole without JavaScript; with it, the regions
marked `data-live` follow what happens (docs/decisions/0014).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from brickline.baseplate.pages import PageRequest, PageResponse, for_this_machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brickline.baseplate.house import Baseplate
    from brickline.baseplate.pages import Page
    from brickline.console.application import Console

START = "/console"


def pages(baseplate: Baseplate) -> Mapping[str, Page]:
    """What the gateway serves; the console is made when somebody first looks at it."""

    @cache
    def console() -> Console:
        from brickline.console.application import Console

        return Console(baseplate)

    def answer(request: PageRequest) -> PageResponse:
        return console().answer(request)

    def picture(request: PageRequest) -> PageResponse:
        from brickline.console.views.home import picture

        return picture(baseplate, request)

    return {START: answer, "/_brickline/picture.svg": for_this_machine(picture)}
