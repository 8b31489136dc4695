"""The JSONPath of DataProcessing filters. Pure.

`$`, `.name`, `['name']`, `['a', 'b']`, `[0]`, `[-1]`, `[0, 2]`, `[1:]`, `[:3]`, `.*`, `[*]`; neither `..` nor filter
expressions, which batch transform does not take either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\.([A-Za-z_][\w-]*)")
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_QUOTED = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)")\s*""")
_SLICE = re.compile(r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*")
_NUMBER = re.compile(r"\s*-?\d+\s*")


class BadPath(ValueError):
    """No JSONPath, or one with parts that are not supported."""


class Absent(LookupError):
    """A record does not have what a path names."""


@dataclass(frozen=True)
class Names:
    names: tuple[str, ...]


@dataclass(frozen=True)
class Indexes:
    indexes: tuple[int, ...]


Selector = Names | Indexes | slice
"""One name or index selects a value; several, and a slice, a part of an object or array."""


def parse(text: str) -> tuple[Selector, ...]:
    """The selectors after `$`. Raises BadPath."""
    if not text.startswith("$"):
        raise BadPath(f"{text!r} does not begin with $")
    selectors: list[Selector] = []
    place = 1
    while place < len(text):
        if text.startswith((".*", "[*]"), place):
            selectors.append(slice(None))
            place += 2 if text[place] == "." else 3
        elif found := _NAME.match(text, place):
            selectors.append(Names((found[1],)))
            place = found.end()
        elif found := _BRACKETS.match(text, place):
            selectors.append(_selector(found[1], text))
            place = found.end()
        else:
            raise BadPath(f"{text!r} has {text[place:]!r}, which is not supported")
    return tuple(selectors)


def select(value: Any, selectors: tuple[Selector, ...]) -> Any:
    """What the selectors take from a value. Raises Absent."""
    for selector in selectors:
        value = _selected(value, selector)
    return value


def _selector(inside: str, text: str) -> Selector:
    if found := _SLICE.fullmatch(inside):
        return slice(*(None if part is None else int(part) for part in found.groups()))
    parts = inside.split(",")
    if all(_NUMBER.fullmatch(part) for part in parts):
        return Indexes(tuple(map(int, parts)))
    quoted = [_QUOTED.fullmatch(part) for part in parts]
    if not all(quoted):
        raise BadPath(f"{text!r} has [{inside}], which is not supported")
    return Names(tuple((found[1] or found[2] or "") for found in quoted if found))


def _selected(value: Any, selector: Selector) -> Any:
    try:
        if isinstance(selector, Names):
            return _by_names(value, selector.names)
        if isinstance(value, dict):
            value = [*value.values()]
        if not isinstance(value, list):
            raise Absent(f"{value!r} is no array")
        if isinstance(selector, slice):
            return value[selector]
        found = [value[index] for index in selector.indexes]
    except (KeyError, IndexError) as error:
        raise Absent(f"there is no {error}") from None
    return found[0] if len(found) == 1 else found


def _by_names(value: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        raise Absent(f"{value!r} is no object, and has no {', '.join(names)}")
    return value[names[0]] if len(names) == 1 else {name: value[name] for name in names}
