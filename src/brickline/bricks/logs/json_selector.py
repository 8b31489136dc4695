"""JSON selectors in filter patterns: `{ $.status = 4* && ($.level = "ERROR" || $.user.id NOT EXISTS) }`. Pure.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log events".
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<punctuation>\{|\}|\(|\)|&&|\|\|)
      | (?P<path>\$(?:\.[\w:@-]+|\.?\[\s*(?:\d+|\*|'[^']*'|"[^"]*")\s*\])*)
      | (?P<operator><=|>=|!=|=|<|>)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<expression>%[^%]+%)
      | (?P<word>[^\s(){}&|=<>!"]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"""\.([\w:@-]+)|\.?\[\s*(?:(\d+|\*)|'([^']*)'|"([^"]*)")\s*\]""")
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ABSENT = object()


class SelectorError(ValueError):
    """A text that is no JSON selector."""


def compile_selector(text: str) -> Callable[[str], bool]:
    """A test for messages; a message that is no JSON object or list matches nothing. Raises SelectorError."""
    parser = _Parser(_tokens(text))
    parser.take("{")
    test = parser.any_of()
    parser.take("}")
    parser.end()

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return isinstance(document, dict | list) and test(document)

    return matches


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place, text = [], 0, text.rstrip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if not token or token.lastgroup is None:
            raise SelectorError(f"cannot read {text[place:]!r}")
        found.append((token.lastgroup, token[token.lastgroup]))
        place = token.end()
    return found


class _Parser:
    """Recursive descent: any_of -> all_of -> condition."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    def any_of(self) -> Test:
        tests = self._joined("||", self.all_of)
        return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)

    def all_of(self) -> Test:
        tests = self._joined("&&", self.condition)
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def condition(self) -> Test:
        if self._next()[1] == "(":
            self.take("(")
            test = self.any_of()
            self.take(")")
            return test
        kind, path = self._pop()
        if kind != "path":
            raise SelectorError(f"{path!r} stands where a member such as $.level has to be")
        find = _finder(path)
        kind, text = self._pop()
        if kind == "operator":
            return _comparison(find, text, *self._pop())
        return self._state(find, text)

    def take(self, text: str) -> None:
        found = self._pop()[1]
        if found != text:
            raise SelectorError(f"{found!r} stands where {text!r} has to be")

    def end(self) -> None:
        if self._place < len(self._tokens):
            raise SelectorError(f"{self._next()[1]!r} stands after the end")

    def _joined(self, sign: str, part: Callable[[], Test]) -> list[Test]:
        tests = [part()]
        while self._next()[1] == sign:
            self._place += 1
            tests.append(part())
        return tests

    def _state(self, find: Callable[[Any], Any], word: str) -> Test:
        match (word.upper(), self._pop()[1].upper()):
            case ("IS", "NULL"):
                return lambda document: find(document) is None
            case ("IS", "TRUE"):
                return lambda document: find(document) is True
            case ("IS", "FALSE"):
                return lambda document: find(document) is False
            case ("NOT", "EXISTS"):
                return lambda document: find(document) is _ABSENT
        raise SelectorError(f"{word!r}: a member is compared (=, !=, <, ...), IS NULL, TRUE or FALSE, or NOT EXISTS")

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "")

    def _pop(self) -> tuple[str, str]:
        token = self._next()
        if token[0] == "end":
            raise SelectorError("the pattern ends too early")
        self._place += 1
        return token


def _finder(path: str) -> Callable[[Any], Any]:
    """What a path such as `$.users[0].name` names in a document; _ABSENT where it names nothing."""
    steps = [next(part for part in step if part) for step in _STEP.findall(path)]

    def find(document: Any) -> Any:
        for step in steps:
            if isinstance(document, dict) and step in document:
                document = document[step]
            elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
                document = document[int(step)]
            else:
                return _ABSENT
        return document

    return find


def _comparison(find: Callable[[Any], Any], sign: str, kind: str, text: str) -> Test:
    if sign in _COMPARISONS:
        return _ordered(find, sign, text)
    equals = _equality(kind, text)
    if sign == "=":
        return lambda document: equals(find(document))
    # A member that is not there is not unequal either: it matches NOT EXISTS only.
    return lambda document: (value := find(document)) is not _ABSENT and not equals(value)


def _ordered(find: Callable[[Any], Any], sign: str, text: str) -> Test:
    compare, bound = _COMPARISONS[sign], _number(text)
    if bound is None:
        raise SelectorError(f"{sign} {text}: only numbers have an order")

    def test(document: Any) -> bool:
        value = _number(find(document))
        return value is not None and bool(compare(value, bound))

    return test


def _equality(kind: str, text: str) -> Test:
    if kind == "expression":
        return _expression(text.strip("%"))
    if kind not in ("string", "word"):
        raise SelectorError(f"{text!r} stands where a value has to be")
    number = _number(text) if kind == "word" else None
    if number is not None:
        return lambda value: _number(value) == number
    return _wildcard(re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "string" else text)


def _wildcard(text: str) -> Test:
    expression = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
    return lambda value: value is not _ABSENT and expression.fullmatch(_plain(value)) is not None


def _expression(text: str) -> Test:
    try:
        expression = re.compile(text)
    except re.error as error:
        raise SelectorError(f"%{text}% is not a regular expression: {error}") from None
    return lambda value: value is not _ABSENT and expression.search(_plain(value)) is not None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
