"""From a path to the view that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from brickline.console.visit import Route, View

_PART = re.compile(r"\{(\w+)(\*?)\}")


class Routes:
    """The first route that fits answers: plain paths before those with names in them."""

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: route.path.count("{"))
        self._routes = [(route.method, _pattern(route.path), route.view) for route in ordered]

    def find(self, method: str, path: str) -> tuple[View, dict[str, str]] | None:
        """The view and what the path's names held. `path` is percent-encoded as it came, without `/console`."""
        for known, pattern, view in self._routes:
            if known == method and (match := pattern.fullmatch(path)):
                return view, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def methods(self, path: str) -> list[str]:
        """With which methods there is something at the path."""
        return sorted({method for method, pattern, _ in self._routes if pattern.fullmatch(path)})


def _pattern(path: str) -> re.Pattern[str]:
    pieces = []
    last = 0
    for part in _PART.finditer(path):
        pieces += [re.escape(path[last : part.start()]), f"(?P<{part[1]}>{'.+' if part[2] else '[^/]+'})"]
        last = part.end()
    return re.compile("".join([*pieces, re.escape(path[last:])]), re.DOTALL)
