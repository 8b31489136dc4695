"""The JSON paths of EventBridge: `$`, `$.detail.state`, `$.resources[0]`, `$['detail-type']`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

Step = str | int

MISSING = object()
"""What a path gives where nothing stands."""

_STEP = re.compile(r"""\.(?P<name>[^.\[\]'"\s]+)|\[(?P<position>\d+)\]|\[(?P<quote>['"])(?P<quoted>.+?)(?P=quote)\]""")


class BadPath(Exception):
    """Not a path; the message says where it goes wrong."""


@lru_cache(1024)
def parse_path(text: str) -> tuple[Step, ...]:
    """The steps from the event down. Raises BadPath."""
    if not text.startswith("$"):
        raise BadPath(f"{text!r} does not begin with '$'")
    steps: list[Step] = []
    position = 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise BadPath(
                f"{text!r} goes wrong at {text[position:]!r}; a path looks like $.detail.name or $.resources[0]"
            )
        index = found["position"]
        steps.append(int(index) if index else found["name"] or found["quoted"])
        position = found.end()
    return tuple(steps)


def value_at(event: Any, path: str) -> Any:
    """What stands at the path, or MISSING. Raises BadPath."""
    value = event
    for step in parse_path(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else MISSING
        else:
            value = value.get(step, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING:
            return MISSING
    return value
