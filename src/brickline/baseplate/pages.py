"""Plain HTTP that is no operation of a service's model: git's smart protocol, web pages. Answered in worker threads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from brickline.baseplate.bodies import Body


class PageHeaders(Protocol):
    def get(self, name: str, default: str = "", /) -> str:
        """The value by its lower-cased name."""
        ...


class PageRequest(Protocol):
    """`path` and `query` are as they came, percent-encoding and all."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def query(self) -> str: ...

    @property
    def parameter(self) -> dict[str, str]:
        """The query's values by name, decoded."""
        ...

    @property
    def headers(self) -> PageHeaders: ...

    @property
    def body(self) -> Body: ...


@dataclass(frozen=True)
class PageResponse:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | Body = b""


Page = Callable[[PageRequest], PageResponse]


def for_this_machine(page: Page) -> Page:
    """Only for clients that mean this machine: not for a web page whose host name was made to point here."""

    def answer(request: PageRequest) -> PageResponse:
        host = request.headers.get("host").rsplit(":", 1)[0]
        is_local = host in ("localhost", "[::1]") or host.replace(".", "").isdigit()
        refusal = {"message": f"Host: {host!r} is not this machine by address"}
        return page(request) if is_local else json_page(403, refusal)

    return answer


def json_page(status: int, document: Any) -> PageResponse:
    return PageResponse(status, [("Content-Type", "application/json")], json.dumps(document).encode())
