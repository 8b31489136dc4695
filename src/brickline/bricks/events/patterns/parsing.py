"""An event pattern's text as alternatives: which paths need which values. Refuses what EventBridge refuses.

The grammar and its wording are those of event-ruler, the matching library behind EventBridge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from brickline.bricks.events.patterns.forms import KEYWORDS, BadPattern, matcher
from brickline.bricks.events.patterns.matchers import Matcher

Alternative = dict[str, tuple[Matcher, ...]]
"""By dotted path, what one value of that path has to be."""

_MOST_ALTERNATIVES = 1000
_MOST_LEVELS = 100

__all__ = ["Alternative", "BadPattern", "Pattern", "parse_pattern"]


@dataclass(frozen=True)
class Pattern:
    """An event matches where one of the alternatives does (without `$or` there is just one)."""

    alternatives: tuple[Alternative, ...]


def parse_pattern(text: str) -> Pattern:
    """Raises BadPattern, which says what is wrong and where."""
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadPattern(f"not a JSON document: {error}") from None
    if not isinstance(found, dict):
        raise BadPattern("Filter is not an object")
    return Pattern(tuple(_object([{}], "", found, 0)))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _object(alternatives: list[Alternative], path: str, pattern: dict[str, Any], level: int) -> list[Alternative]:
    """The alternatives so far, each with what this part of the pattern asks for."""
    if not pattern:
        raise BadPattern("Empty objects are not allowed", path)
    if level > _MOST_LEVELS:
        raise BadPattern(f"More than {_MOST_LEVELS} levels", path)
    for name, value in pattern.items():
        below = f"{path}.{name}" if path else name
        if name == "$or":
            alternatives = _or(alternatives, path, value, level)
        elif isinstance(value, dict):
            alternatives = _object(alternatives, below, value, level + 1)
        elif isinstance(value, list):
            matchers = _matchers(below, value)
            alternatives = [{**alternative, below: matchers} for alternative in alternatives]
        else:
            raise BadPattern(f'"{name}" must be an object or an array', below)
    return alternatives


def _or(alternatives: list[Alternative], path: str, branches: Any, level: int) -> list[Alternative]:
    """A field that stands outside as well is overridden inside, as event-ruler has it."""
    where = f"{path}.$or" if path else "$or"
    if not isinstance(branches, list):
        raise BadPattern("$or must be an array of objects", where)
    if len(branches) < 2 or not all(isinstance(branch, dict) for branch in branches):
        raise BadPattern("There must have at least 2 Objects in $or relationship.", where)
    found: list[Alternative] = []
    for branch in branches:
        if taken := sorted(KEYWORDS & branch.keys()):
            raise BadPattern(f"{taken[0]} is a reserved word and cannot be a field's name inside $or", where)
        found += _object(alternatives, path, branch, level + 1)
        if len(found) > _MOST_ALTERNATIVES:
            raise BadPattern(f"Rule is too complex: $or makes more than {_MOST_ALTERNATIVES} combinations", where)
    return found


def _matchers(path: str, values: list[Any]) -> tuple[Matcher, ...]:
    if not values:
        raise BadPattern("Empty arrays are not allowed", path)
    return tuple(matcher(path, value) for value in values)
