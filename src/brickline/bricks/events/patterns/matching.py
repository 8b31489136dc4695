"""Whether an event's fields are those that a pattern asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from brickline.bricks.events.patterns.fields import Fields, Membership
from brickline.bricks.events.patterns.matchers import Absent
from brickline.bricks.events.patterns.parsing import Alternative, Pattern


def matches(pattern: Pattern, fields: Fields) -> bool:
    return any(fits(alternative, fields) for alternative in pattern.alternatives)


def fits(alternative: Alternative, fields: Fields) -> bool:
    """Every path of the alternative has a value that is taken, and these lie in the same elements of arrays."""
    found: list[set[Membership]] = []
    for path, matchers in alternative.items():
        values = fields.get(path)
        if values is None:
            if not any(isinstance(matcher, Absent) for matcher in matchers):
                return False
            continue
        places = {place for value, place in values if any(matcher.takes(value) for matcher in matchers)}
        if not places:
            return False
        if () not in places:
            found.append(places)
    return len(found) < 2 or _agree(found)


def _agree(found: list[set[Membership]]) -> bool:
    """Whether one place of each field can be had at once: no array with two different elements."""
    shared = _shared_arrays(found)
    partials: set[Membership] = {()}
    for places in found:
        relevant = {tuple(item for item in place if item[0] in shared) for place in places}
        partials = {joined for one in partials for other in relevant if (joined := _joined(one, other)) is not None}
    return bool(partials)


def _shared_arrays(found: Iterable[set[Membership]]) -> set[int]:
    """The arrays that more than one field lies in; the others cannot disagree."""
    counts = Counter(array for places in found for array in {array for place in places for array, _ in place})
    return {array for array, count in counts.items() if count > 1}


def _joined(one: Membership, other: Membership) -> Membership | None:
    elements = dict(one)
    if any(elements.setdefault(array, position) != position for array, position in other):
        return None
    return tuple(sorted(elements.items()))
