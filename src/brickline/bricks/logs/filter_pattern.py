"""The language of filter patterns: which messages a pattern matches. Pure.

    ERROR timeout            messages that contain both terms; case counts
    "access denied" -debug   a phrase, and a term that must not be there
    ?ERROR ?WARN             one of the terms at least
    %5\\d\\d%                  a regular expression
    { $.level = "ERROR" }    members of a JSON message (see json_selector)

Source: CloudWatch Logs user guide, "Filter pattern syntax".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from brickline.bricks.logs.json_selector import SelectorError, compile_selector

Matches = Callable[[str], bool]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))')


class PatternError(ValueError):
    """A text that is no filter pattern."""


def compile_pattern(pattern: str) -> Matches:
    """A test for messages. Raises PatternError."""
    pattern = pattern.strip()
    if not pattern:
        return lambda _message: True
    if pattern.startswith("{"):
        try:
            return compile_selector(pattern)
        except SelectorError as error:
            raise PatternError(str(error)) from None
    if pattern.startswith("["):
        raise PatternError(f"{pattern}: patterns of space-delimited fields are not there; use terms or a JSON selector")
    return _terms(pattern)


def _terms(pattern: str) -> Matches:
    found: dict[str, list[Matches]] = {"": [], "?": [], "-": []}
    place = 0
    while place < len(pattern):
        term = _TERM.match(pattern, place)
        if not term:
            raise PatternError(f"{pattern[place:]!r} is not a term: is a quote not closed?")
        sign, phrase, expression, word = term.groups()
        found[sign].append(_expression(expression) if expression else _contains(word or _unquoted(phrase)))
        place = term.end()
    required, optional, excluded = found[""], found["?"], found["-"]
    if required or excluded:
        # "?" beside other terms is ignored: user guide, "Match terms using OR".
        return lambda message: all(test(message) for test in required) and not any(test(message) for test in excluded)
    return lambda message: any(test(message) for test in optional)


def _unquoted(phrase: str) -> str:
    return re.sub(r"\\(.)", r"\1", phrase)


def _contains(text: str) -> Matches:
    return lambda message: text in message


def _expression(text: str) -> Matches:
    try:
        expression = re.compile(text)
    except re.error as error:
        raise PatternError(f"%{text}% is not a regular expression: {error}") from None
    return lambda message: expression.search(message) is not None
