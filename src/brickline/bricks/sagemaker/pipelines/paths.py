"""Paths into JSON documents: `Outputs['train'].S3Output.S3Uri`, `a[0].b['c d']`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Token = str | int
"""A member's name or key, or a list's index."""

NATURAL_KEYS = ("OutputName", "InputName", "ChannelName", "MetricName", "VariantName", "Name", "Key")
"""What names an element of a list that is indexed by a string: `ProcessingOutputConfig.Outputs['train']`."""

_TOKEN = re.compile(
    r"""
      (?P<dot>\.)? (?P<name>[^.\[\]'"]+)
    | \[ \s* (?P<index>\d+) \s* \]
    | \[ ' (?P<single>[^']*) ' \]
    | \[ " (?P<double>[^"]*) " \]
    """,
    re.VERBOSE,
)


class BadPath(ValueError):
    """The text is not a path."""


class Misplaced(ValueError):
    """Something is wrong, at a place in a document."""

    def __init__(self, message: str, path: Sequence[Token] = ()) -> None:
        super().__init__(message)
        self.path = tuple(path)


class Missing(LookupError):
    """There is nothing at a path."""


def parse_path(text: str) -> tuple[Token, ...]:
    """Raises BadPath. A leading `$` (JSONPath's root) is accepted and means nothing."""
    rest = text[1:].removeprefix(".") if text.startswith("$") else text
    tokens: list[Token] = []
    position = 0
    while position < len(rest):
        match = _TOKEN.match(rest, position)
        if match is None or (match["name"] is not None and bool(match["dot"]) == (not tokens)):
            raise BadPath(f"{text!r} is not a path (members as a.b, elements as a[0], keys as a['key'])")
        tokens.append(_token(match))
        position = match.end()
    if not tokens:
        raise BadPath("an empty path")
    return tuple(tokens)


def path_text(tokens: Sequence[Token]) -> str:
    """The tokens as a path again: `Steps[1].Arguments.InputDataConfig[0]`."""
    text = ""
    for token in tokens:
        if isinstance(token, int):
            text += f"[{token}]"
        elif _is_plain(token):
            text += f".{token}" if text else token
        else:
            text += f"['{token}']"
    return text


def walk(document: Any, tokens: Sequence[Token]) -> Any:
    """What is at the path. Raises Missing, which names the path as far as it could be followed."""
    value = document
    for position, token in enumerate(tokens):
        try:
            value = _step_into(value, token)
        except (LookupError, TypeError, StopIteration):
            raise Missing(path_text(tokens[: position + 1])) from None
    return value


def natural_key(element: Any) -> str | None:
    """The name of an element of a list: its OutputName, ChannelName ..."""
    names = (element.get(key) for key in NATURAL_KEYS) if isinstance(element, dict) else ()
    return next((name for name in names if isinstance(name, str)), None)


def _token(match: re.Match[str]) -> Token:
    if match["index"] is not None:
        return int(match["index"])
    return next(group for group in (match["name"], match["single"], match["double"]) if group is not None)


def _is_plain(token: str) -> bool:
    return bool(token) and not re.search(r"[.\[\]'\"\s/]", token)


def _step_into(value: Any, token: Token) -> Any:
    match value, token:
        case list(), str():
            return next(element for element in value if natural_key(element) == token)
        case (list(), int()) | (dict(), str()):
            return value[token]
        case _:
            raise KeyError(token)
