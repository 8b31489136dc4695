"""The values that may stand in a pattern's arrays, each made into its matcher."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from brickline.bricks.events.patterns.matchers import (
    Absent,
    AnythingBut,
    Cidr,
    EqualsIgnoreCase,
    Exactly,
    Exists,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
)


class BadPattern(Exception):
    """A pattern that EventBridge refuses: why, and at which path."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{reason} (at {path})" if path else reason)


def matcher(path: str, value: Any) -> Matcher:
    """The matcher for one element of an array. Raises BadPattern."""
    if isinstance(value, list):
        raise BadPattern("Match value must be String, number, true, false, or null", path)
    if not isinstance(value, dict):
        return Exactly(value)
    if not value:
        raise BadPattern("Match expression name not found", path)
    if len(value) > 1:
        raise BadPattern("Only one key allowed in match expression", path)
    [(name, argument)] = value.items()
    if name not in _FORMS:
        raise BadPattern(f"Unrecognized match type {name}", path)
    return _FORMS[name](path, argument)


def _exactly(path: str, argument: Any) -> Matcher:
    return Exactly(_text("exact", path, argument))


def _equals_ignore_case(path: str, argument: Any) -> Matcher:
    return EqualsIgnoreCase(_text("equals-ignore-case", path, argument))


def _prefix(path: str, argument: Any) -> Matcher:
    text, ignores_case = _affix("prefix", path, argument)
    return Prefix(text, ignores_case)


def _suffix(path: str, argument: Any) -> Matcher:
    text, ignores_case = _affix("suffix", path, argument)
    return Suffix(text, ignores_case)


def _affix(name: str, path: str, argument: Any) -> tuple[str, bool]:
    """The text of a prefix or suffix, and whether case does not matter: `{"equals-ignore-case": text}`."""
    if not isinstance(argument, dict):
        return _text(name, path, argument), False
    if not argument:
        raise BadPattern(f"{name.capitalize()} expression name not found", path)
    if len(argument) > 1:
        raise BadPattern("Only one key allowed in match expression", path)
    [(inner, text)] = argument.items()
    if inner != "equals-ignore-case":
        raise BadPattern(f"Unsupported {name} pattern: {inner}", path)
    return _text("equals-ignore-case", path, text), True


def _text(name: str, path: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise BadPattern(f"{name} match pattern must be a string", path)
    return argument


def _wildcard(path: str, argument: Any) -> Wildcard:
    """`*` stands for any run of letters; `\\*` and `\\\\` are the letters themselves."""
    text = _text("wildcard", path, argument)
    pieces = [""]
    position = 0
    while position < len(text):
        letter = text[position]
        if letter == "*" and text[position + 1 : position + 2] == "*":
            raise BadPattern(f"Consecutive wildcard characters at pos {position}", path)
        if letter == "*":
            pieces.append("")
        elif letter == "\\":
            position += 1
            if text[position : position + 1] not in ("*", "\\"):
                raise BadPattern(f"Invalid escape character at pos {position - 1}", path)
            pieces[-1] += text[position]
        else:
            pieces[-1] += letter
        position += 1
    return Wildcard(tuple(pieces))


def _exists(path: str, argument: Any) -> Matcher:
    if not isinstance(argument, bool):
        raise BadPattern("exists match pattern must be either true or false.", path)
    return Exists() if argument else Absent()


def _cidr(path: str, argument: Any) -> Matcher:
    text = _text("cidr", path, argument)
    address, slash, bits = text.partition("/")
    if not slash or "/" in bits:
        raise BadPattern("Malformed CIDR, one '/' required", path)
    if not bits.removeprefix("-").isdecimal():
        raise BadPattern("Malformed CIDR, mask bits must be an integer", path)
    if int(bits) < 0:
        raise BadPattern("Malformed CIDR, mask bits must not be negative", path)
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        raise BadPattern(f"Nonstandard IP address: {address}", path) from None
    longest = 32 if version == 4 else 128
    if int(bits) >= longest:
        raise BadPattern(f"IPv{version} mask bits must be < {longest}", path)
    return Cidr(ipaddress.ip_network(text, strict=False))


_COMPARISONS = ("=", "<", "<=", ">", ">=")


def _numeric(path: str, argument: Any) -> Matcher:
    """`["=", 5]`, `["<", 5]`, or a range with its lower bound first: `[">", 1, "<=", 5]`."""
    if not isinstance(argument, list):
        raise BadPattern("Value of numeric must be an array.", path)
    if not argument or not isinstance(argument[0], str):
        raise BadPattern(f"Invalid member in numeric match: {argument[0] if argument else 'none'}", path)
    first = argument[0]
    if first not in _COMPARISONS:
        raise BadPattern(f"Unrecognized numeric range operator: {first}", path)
    low = _number(first, argument[1:2], path)
    if len(argument) == 2:
        return _half_range(first, low)
    if first not in (">", ">="):
        raise BadPattern("Too many terms in numeric range expression", path)
    second = argument[2]
    if second not in ("<", "<="):
        raise BadPattern(f"Bad numeric range operator: {second}", path)
    high = _number(second, argument[3:4], path)
    if len(argument) > 4:
        raise BadPattern("Too many terms in numeric range expression", path)
    if low >= high:
        raise BadPattern("Bottom must be less than top", path)
    return Numeric(low, high, first == ">=", second == "<=")


def _half_range(comparison: str, number: float) -> Numeric:
    if comparison == "=":
        return Numeric(number, number, True, True)
    if comparison in (">", ">="):
        return Numeric(low=number, with_low=comparison == ">=")
    return Numeric(high=number, with_high=comparison == "<=")


def _number(comparison: str, found: list[Any], path: str) -> float:
    if not found or isinstance(found[0], bool) or not isinstance(found[0], int | float):
        name = "equals" if comparison == "=" else comparison
        raise BadPattern(f"Value of {name} must be numeric", path)
    return found[0]


def _anything_but(path: str, argument: Any) -> Matcher:
    if isinstance(argument, dict):
        return _anything_but_form(path, argument)
    values = argument if isinstance(argument, list) else [argument]
    if not values:
        raise BadPattern("Empty arrays are not allowed", path)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            where = "Inside anything but list, " if isinstance(argument, list) else "Inside anything but, "
            raise BadPattern(f"{where}only strings and numbers are supported, not {_shown(value)}", path)
    if len({isinstance(value, str) for value in values}) > 1:
        raise BadPattern(
            "Inside anything but list, either all values are number or string, mixed type is not supported", path
        )
    return AnythingBut(tuple(Exactly(value) for value in values))


def _anything_but_form(path: str, argument: dict[str, Any]) -> Matcher:
    if not argument:
        raise BadPattern("Anything-But expression name not found", path)
    if len(argument) > 1:
        raise BadPattern("Only one key allowed in match expression", path)
    [(name, given)] = argument.items()
    if name not in _UNWANTED:
        raise BadPattern(f"Unsupported anything-but pattern: {name}", path)
    texts = given if isinstance(given, list) else [given]
    if not texts:
        raise BadPattern("Empty arrays are not allowed", path)
    for text in texts:
        _text(f"anything-but {name}", path, text)
        if not text and name in ("prefix", "suffix"):
            raise BadPattern(f"Null {name} not allowed", path)
    return AnythingBut(tuple(_UNWANTED[name](path, text) for text in texts))


_UNWANTED: dict[str, Callable[[str, str], EqualsIgnoreCase | Prefix | Suffix | Wildcard]] = {
    "prefix": lambda _path, text: Prefix(text),
    "suffix": lambda _path, text: Suffix(text),
    "equals-ignore-case": lambda _path, text: EqualsIgnoreCase(text),
    "wildcard": _wildcard,
}
"""What may stand in `{"anything-but": {...}}`."""

_FORMS: dict[str, Callable[[str, Any], Matcher]] = {
    "exactly": _exactly,
    "equals-ignore-case": _equals_ignore_case,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
    "exists": _exists,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}

KEYWORDS = frozenset(_FORMS)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return "null" if value is None else str(value).lower()
