"""Plain HTTP that is no operation of a service's model: git's smart protocol, web pages. Answered in worker threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

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
