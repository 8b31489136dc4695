"""HTTP messages as the gateway sees them: the path and query raw, for signatures; header names in lower case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote_plus

from brickline.baseplate.bodies import Body, BytesBody
from brickline.baseplate.pages import PageResponse


class Headers:
    """Headers with lower-cased names; a name that comes several times has its values joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            known = self._values.get(name.lower())
            self._values[name.lower()] = value if known is None else f"{known},{value}"

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def find(self, name: str) -> str | None:
        """The value, or None where the header is not there at all."""
        return self._values.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._values.items())

    def with_changes(self, **changes: str | None) -> Headers:
        """A copy with headers set, or removed where the value is None (`_` stands for `-`)."""
        values = {**self._values, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return Headers((name, value) for name, value in values.items() if value is not None)


@dataclass(frozen=True)
class HttpRequest:
    """A request whose body may still be on its way. `path` and `query` are as they came, percent-encoding and all."""

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: Body = field(default_factory=lambda: BytesBody(b""), repr=False)

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in order; `?uploads` gives ("uploads", "")."""
        return decode_form(self.query)

    @cached_property
    def parameter(self) -> dict[str, str]:
        """The query's values by name (the first one where a name comes several times)."""
        return dict(reversed(self.parameters))

    @cached_property
    def content(self) -> bytes:
        """The whole body, read once. Blocks until it is there."""
        pieces = []
        while piece := self.body.read():
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @property
    def unread(self) -> Body:
        """The whole body to be read, even where `content` has been."""
        return BytesBody(self.content) if "content" in vars(self) else self.body

    @cached_property
    def form(self) -> dict[str, str]:
        """The names and values of a query-protocol request, from the body of a POST and from the URL."""
        posted = decode_form(self.content.decode("utf-8", "replace")) if self.method == "POST" else []
        return dict([*self.parameters, *posted])

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case."""
        return self.headers.get("content-type").partition(";")[0].strip().lower()


HttpResponse = PageResponse


@dataclass(frozen=True)
class Exchange:
    """A request and what its answer has to repeat."""

    request: HttpRequest
    request_id: str


def decode_form(text: str) -> list[tuple[str, str]]:
    """`a=1&b` as names and values: not urllib's parse_qsl, which drops blanks and splits at nothing but `&` slowly."""
    pairs = (piece.partition("=") for piece in text.split("&") if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]
