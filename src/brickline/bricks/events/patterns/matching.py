"""Whether an event's fields are those that a pattern asks for."""

from __future__ import annotations

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
    return len(found) < 2 or all(_agree(group) for group in _groups(found))


def _groups(found: list[set[Membership]]) -> list[list[set[Membership]]]:
    """The fields apart that have no array in common: they cannot disagree, and need not be tried together."""
    groups: list[tuple[set[int], list[set[Membership]]]] = []
    for places in found:
        arrays, members = {array for place in places for array, _ in place}, [places]
        for group in [group for group in groups if group[0] & arrays]:
            groups.remove(group)
            arrays, members = arrays | group[0], members + group[1]
        groups.append((arrays, members))
    return [members for _, members in groups]


def _agree(found: list[set[Membership]]) -> bool:
    """Whether one place of each field can be had at once: no array with two different elements."""
    partials: set[Membership] = {()}
    for places in found:
        partials = {joined for one in partials for other in places if (joined := _joined(one, other)) is not None}
    return bool(partials)


def _joined(one: Membership, other: Membership) -> Membership | None:
    elements = dict(one)
    if any(elements.setdefault(array, position) != position for array, position in other):
        return None
    return tuple(sorted(elements.items()))
