"""TestEventPattern: would this pattern match that event?"""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.events.patterns import BadPattern, fields_of, matches, parse_pattern
from brickline.bricks.events.refusals import bad_pattern, invalid

_NEEDED = ("id", "account", "source", "time", "region", "resources", "detail-type")


class TestPattern:
    """One operation."""

    def test_event_pattern(self, _context: Context, request: Shape) -> Shape:  # noqa: PT019 - an operation
        try:
            pattern = parse_pattern(request["EventPattern"])
        except BadPattern as error:
            raise bad_pattern(error) from None
        return {"Result": matches(pattern, fields_of(_event(request["Event"])))}


def _event(text: str) -> Shape:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(f"Parameter Event is not valid. Reason: not a JSON document: {error}") from None
    missing = [member for member in _NEEDED if not isinstance(event, dict) or member not in event]
    if missing:
        raise invalid(f"Parameter Event is not valid. Reason: these members are missing: {', '.join(missing)}")
    found: Shape = event
    return found
