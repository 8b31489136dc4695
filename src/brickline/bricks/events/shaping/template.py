"""Input templates: text with `<placeholders>`, filled in by EventBridge's rules of quoting.

A placeholder that stands as a JSON value by itself becomes JSON (a string gets its quotes); inside a string it becomes
the value's text as it is: nothing is escaped, and objects lose their quotes (eb-transform-target-input.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brickline.baseplate.store import dumps
from brickline.bricks.events.shaping.paths import MISSING, BadPath, parse_path, value_at

RESERVED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
_WHOLE_EVENTS = ("aws.events.event", "aws.events.event.json")
_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")


class BadTemplate(Exception):
    """A template that could never be filled in; the message says why."""


@dataclass(frozen=True)
class _Piece:
    """Text, or the name of a placeholder and whether it stands inside a string."""

    text: str
    is_placeholder: bool = False
    is_quoted: bool = False


@dataclass(frozen=True)
class Template:
    """A template and the paths of its variables."""

    text: str
    paths: Mapping[str, str]
    pieces: tuple[_Piece, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Raises BadTemplate."""
        object.__setattr__(self, "pieces", tuple(_pieces(self.text)))
        _check_paths(self.paths)
        self._check_names()
        self._check_json()

    @property
    def is_json(self) -> bool:
        """Whether it says by its first letter that it is a JSON object or array."""
        return self.text.lstrip().startswith(("{", "["))

    def fill(self, event: Any, reserved: Mapping[str, Any]) -> str:
        """The text with values in it; `reserved` are those of the `aws.events.` names."""
        filled = self._filled({**{name: value_at(event, path) for name, path in self.paths.items()}, **reserved})
        # The API takes templates without quotes as well: what comes of them is a string all the same.
        return filled if self.is_json or self.text.lstrip().startswith('"') else dumps(filled)

    def _filled(self, values: Mapping[str, Any]) -> str:
        return "".join(
            _written(values[piece.text], piece.is_quoted or not self.is_json) if piece.is_placeholder else piece.text
            for piece in self.pieces
        )

    def _check_names(self) -> None:
        for piece in self.pieces:
            if piece.is_placeholder and piece.text not in self.paths and piece.text not in RESERVED:
                raise BadTemplate(
                    f"placeholder <{piece.text}> is neither in InputPathsMap nor one of EventBridge's own"
                )
            if piece.is_placeholder and piece.is_quoted and piece.text in _WHOLE_EVENTS and self.is_json:
                raise BadTemplate(f"placeholder <{piece.text}> cannot stand inside quotes")

    def _check_json(self) -> None:
        """Whether it can be JSON at all, and no placeholder stands as a key."""
        if not self.is_json:
            return
        sample = "".join(
            ("\\u0000" if piece.is_quoted else "0") if piece.is_placeholder else piece.text for piece in self.pieces
        )
        try:
            json.loads(sample, object_pairs_hook=_checked_pairs)
        except ValueError as error:
            raise BadTemplate(f"not a JSON document: {error}") from None


def _checked_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any("\0" in key for key, _ in pairs):
        raise BadTemplate("a placeholder cannot stand in the key of an object")
    return dict(pairs)


def _check_paths(paths: Mapping[str, str]) -> None:
    for name, path in paths.items():
        if name.upper().startswith("AWS"):
            raise BadTemplate(f"InputPathsMap: the key {name!r} begins with AWS, which is reserved")
        try:
            parse_path(path)
        except BadPath as error:
            raise BadTemplate(f"InputPathsMap: {name}: {error}") from None


def _pieces(text: str) -> list[_Piece]:
    pieces, end, in_string = [], 0, False
    for found in _PLACEHOLDER.finditer(text):
        before = text[end : found.start()]
        in_string = _string_goes_on(before, in_string)
        pieces += [_Piece(before), _Piece(found[1], True, in_string)]
        end = found.end()
    return [*pieces, _Piece(text[end:])]


def _string_goes_on(text: str, in_string: bool) -> bool:
    """Whether a JSON string is open at the end of `text`."""
    quotes = re.sub(r"\\.", "", text, flags=re.DOTALL).count('"')
    return in_string ^ (quotes % 2 == 1)


def _written(value: Any, in_string: bool) -> str:
    if value is MISSING:
        return "" if in_string else "null"
    if not in_string:
        return dumps(value)
    if isinstance(value, str):
        return value
    return dumps(value).replace('"', "")
