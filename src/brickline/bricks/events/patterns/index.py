"""Many patterns at once: which of them an event matches, without a look at most of them.

Each alternative of a pattern is filed under one of its paths: where that path has no value that fits, nothing else is
looked at. Of the paths that will do, it is the one under which the fewest others lie.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from brickline.bricks.events.patterns.fields import Fields, Scalar
from brickline.bricks.events.patterns.matchers import (
    EqualsIgnoreCase,
    Exactly,
    Matcher,
    Prefix,
    Suffix,
    Wildcard,
    key_of,
)
from brickline.bricks.events.patterns.matching import fits
from brickline.bricks.events.patterns.parsing import Alternative, Pattern

Key = TypeVar("Key", bound=Hashable)

Drawer = tuple[str, object]
"""The form of a value, and the value in that form: `("exactly", "aws.s3")`, `("prefix", "data/")`."""


class _Entry(Generic[Key]):
    """An alternative of the pattern under `key`, and where it is filed (nowhere: it is always looked at)."""

    def __init__(self, key: Key, alternative: Alternative, path: str, drawers: tuple[Drawer, ...]) -> None:
        self.key = key
        self.alternative = alternative
        self.path = path
        self.drawers = drawers


@dataclass
class _Cabinet(Generic[Key]):
    """What is filed under one path. `lengths` are those of the prefixes and suffixes that are there."""

    drawers: dict[Drawer, set[_Entry[Key]]] = field(default_factory=dict)
    lengths: dict[tuple[str, int], int] = field(default_factory=dict)

    def add(self, drawer: Drawer, entry: _Entry[Key]) -> None:
        entries = self.drawers.setdefault(drawer, set())
        if not entries and (length := _length(drawer)):
            self.lengths[length] = self.lengths.get(length, 0) + 1
        entries.add(entry)

    def remove(self, drawer: Drawer, entry: _Entry[Key]) -> None:
        entries = self.drawers[drawer]
        entries.discard(entry)
        if not entries:
            del self.drawers[drawer]
            if length := _length(drawer):
                self.lengths[length] -= 1
                if not self.lengths[length]:
                    del self.lengths[length]

    def size(self, drawer: Drawer) -> int:
        return len(self.drawers.get(drawer, ()))

    def fitting(self, value: Scalar) -> Iterator[_Entry[Key]]:
        for drawer in self._drawers_for(value):
            yield from self.drawers.get(drawer, ())

    def _drawers_for(self, value: Scalar) -> Iterator[Drawer]:
        yield "exactly", key_of(value)
        if not isinstance(value, str):
            return
        lower = value.casefold()
        yield "ignore-case", lower
        for form, length in self.lengths:
            if length <= len(lower):
                yield form, lower[:length] if form == "prefix" else lower[len(lower) - length :]


class PatternIndex(Generic[Key]):
    """Patterns by key, and the keys whose patterns an event matches."""

    def __init__(self) -> None:
        self._entries: dict[Key, list[_Entry[Key]]] = {}
        self._cabinets: dict[str, _Cabinet[Key]] = {}
        self._always: set[_Entry[Key]] = set()

    def put(self, key: Key, pattern: Pattern) -> None:
        """File a pattern under a key, in place of what was there."""
        self.remove(key)
        self._entries[key] = [self._file(key, alternative) for alternative in pattern.alternatives]

    def remove(self, key: Key) -> None:
        for entry in self._entries.pop(key, ()):
            self._always.discard(entry)
            for drawer in entry.drawers:
                self._cabinets[entry.path].remove(drawer, entry)
            if entry.drawers and not self._cabinets[entry.path].drawers:
                del self._cabinets[entry.path]

    def matching(self, fields: Fields) -> set[Key]:
        """The keys of all patterns that an event with these fields matches."""
        found: set[Key] = set()
        for entry in self._candidates(fields):
            if entry.key not in found and fits(entry.alternative, fields):
                found.add(entry.key)
        return found

    def _candidates(self, fields: Fields) -> Iterator[_Entry[Key]]:
        yield from self._always
        for path, values in fields.items():
            if cabinet := self._cabinets.get(path):
                for value, _ in values:
                    yield from cabinet.fitting(value)

    def _file(self, key: Key, alternative: Alternative) -> _Entry[Key]:
        path, drawers = self._place(alternative)
        entry = _Entry(key, alternative, path, drawers)
        if not drawers:
            self._always.add(entry)
        for drawer in drawers:
            self._cabinets.setdefault(path, _Cabinet()).add(drawer, entry)
        return entry

    def _place(self, alternative: Alternative) -> tuple[str, tuple[Drawer, ...]]:
        """The path to file under, and its drawers; none where every value of every path might do."""
        possible = [(path, drawers) for path, matchers in alternative.items() if (drawers := _drawers(matchers))]
        return min(possible, key=lambda place: self._crowd(*place), default=("", ()))

    def _crowd(self, path: str, drawers: tuple[Drawer, ...]) -> tuple[int, int]:
        cabinet = self._cabinets.get(path)
        sizes = [cabinet.size(drawer) if cabinet else 0 for drawer in drawers]
        return sum(sizes), -path.count(".")


def _drawers(matchers: tuple[Matcher, ...]) -> tuple[Drawer, ...]:
    """Where values that these take would be looked for; empty if they might take others as well."""
    found = [_drawer(matcher) for matcher in matchers]
    known = tuple(dict.fromkeys(drawer for drawer in found if drawer))
    return known if all(found) else ()


def _drawer(matcher: Matcher) -> Drawer | None:
    match matcher:
        case Exactly():
            return "exactly", matcher.key
        case EqualsIgnoreCase():
            return "ignore-case", matcher.text.casefold()
        case Prefix() if matcher.text:
            return "prefix", matcher.text.casefold()
        case Suffix() if matcher.text:
            return "suffix", matcher.text.casefold()
        case Wildcard() if matcher.pieces[0]:
            return "prefix", matcher.pieces[0].casefold()
        case Wildcard() if matcher.pieces[-1]:
            return "suffix", matcher.pieces[-1].casefold()
        case _:
            return None


def _length(drawer: Drawer) -> tuple[str, int] | None:
    form, value = drawer
    return (form, len(value)) if form in ("prefix", "suffix") and isinstance(value, str) else None
