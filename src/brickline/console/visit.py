"""What a view is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.pages import PageResponse


@dataclass(frozen=True)
class Visit:
    """One request of a browser that is signed in."""

    context: Context
    path: str
    place: Mapping[str, str] = field(default_factory=dict)
    """What the route's `{names}` held, decoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    """What a form sent; empty for GET and for uploads."""
    body: Body | None = None
    """What an upload (PUT) sends."""
    language: str = "en"

    def call(self, service: str, operation: str, **request: Any) -> Shape:
        """An operation, as a client would call it; members that are None or "" are left out. Raises Refused."""
        given = {member: value for member, value in request.items() if value is not None and value != ""}
        return self.context.call(service, operation, **given)

    def call_if_there(self, service: str, operation: str, **request: Any) -> Shape | None:
        """The same, None where the thing is not there (or no such operation is)."""
        try:
            return self.call(service, operation, **request)
        except Refused:
            return None


@dataclass(frozen=True)
class Html:
    """A template and its values. `status` is that of HTTP."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Redirect:
    """To another page after something was done; `note` is what that page says first."""

    address: str
    note: str = ""


Answer = Html | Redirect | PageResponse
View = Callable[[Visit], Answer]


@dataclass(frozen=True)
class Route:
    """`path` is below `/console`: `/pipelines/{name}`; `{key*}` at its end holds the rest, slashes and all."""

    method: str
    path: str
    view: View


def get(path: str, view: View) -> Route:
    return Route("GET", path, view)


def post(path: str, view: View) -> Route:
    """For what changes something; Refused goes to the page that asked, as a note."""
    return Route("POST", path, view)


def put(path: str, view: View) -> Route:
    """For uploads: the body is the file itself."""
    return Route("PUT", path, view)
