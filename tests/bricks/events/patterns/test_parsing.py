"""What EventBridge refuses as a pattern, and how it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.bricks.events.patterns import BadPattern, parse_pattern

STRUCTURE: list[tuple[Any, str]] = [
    ({}, "Empty objects are not allowed"),
    ({"a": {}}, "Empty objects are not allowed (at a)"),
    ({"a": []}, "Empty arrays are not allowed (at a)"),
    ({"detail": {"state": []}}, "(at detail.state)"),
    ({"a": "x"}, '"a" must be an object or an array'),
    ({"a": {"b": 5}}, '"b" must be an object or an array (at a.b)'),
    ({"a": None}, '"a" must be an object or an array'),
    ({"a": True}, '"a" must be an object or an array'),
    ({"a": [["x"]]}, "Match value must be String, number, true, false, or null"),
    ([], "Filter is not an object"),
    ("x", "Filter is not an object"),
    (5, "Filter is not an object"),
    (None, "Filter is not an object"),
    ({"$or": [{"a": [1]}]}, "at least 2 Objects in $or"),
    ({"$or": []}, "at least 2 Objects in $or"),
    ({"$or": {"a": [1]}}, "$or must be an array"),
    ({"$or": "x"}, "$or must be an array"),
    ({"$or": [{"a": [1]}, "x"]}, "at least 2 Objects in $or"),
    ({"$or": [{"a": [1]}, {}]}, "Empty objects are not allowed"),
    ({"$or": [{"prefix": ["x"]}, {"b": [1]}]}, "prefix is a reserved word"),
    ({"d": {"$or": [{"a": [1]}]}}, "(at d.$or)"),
]

MATCHERS: list[tuple[Any, str]] = [
    ({}, "Match expression name not found"),
    ({"prefix": "a", "suffix": "b"}, "Only one key allowed in match expression"),
    ({"begins-with": "a"}, "Unrecognized match type begins-with"),
    ({"Prefix": "a"}, "Unrecognized match type Prefix"),
    ({"exactly": 5}, "exact match pattern must be a string"),
    ({"prefix": 5}, "prefix match pattern must be a string"),
    ({"prefix": None}, "prefix match pattern must be a string"),
    ({"prefix": ["a"]}, "prefix match pattern must be a string"),
    ({"prefix": {}}, "Prefix expression name not found"),
    ({"prefix": {"suffix": "a"}}, "Unsupported prefix pattern: suffix"),
    ({"prefix": {"equals-ignore-case": 5}}, "equals-ignore-case match pattern must be a string"),
    ({"prefix": {"equals-ignore-case": "a", "b": "c"}}, "Only one key allowed"),
    ({"suffix": 5}, "suffix match pattern must be a string"),
    ({"suffix": {"prefix": "a"}}, "Unsupported suffix pattern: prefix"),
    ({"suffix": {"equals-ignore-case": ["a"]}}, "equals-ignore-case match pattern must be a string"),
    ({"equals-ignore-case": 5}, "equals-ignore-case match pattern must be a string"),
    ({"equals-ignore-case": ["a"]}, "equals-ignore-case match pattern must be a string"),
    ({"wildcard": 5}, "wildcard match pattern must be a string"),
    ({"wildcard": "a**b"}, "Consecutive wildcard characters at pos 1"),
    ({"wildcard": "**"}, "Consecutive wildcard characters at pos 0"),
    ({"wildcard": "a\\b"}, "Invalid escape character at pos 1"),
    ({"wildcard": "a\\"}, "Invalid escape character at pos 1"),
    ({"exists": "true"}, "exists match pattern must be either true or false."),
    ({"exists": None}, "exists match pattern must be either true or false."),
    ({"exists": 1}, "exists match pattern must be either true or false."),
    ({"cidr": 5}, "cidr match pattern must be a string"),
    ({"cidr": "10.0.0.0"}, "Malformed CIDR, one '/' required"),
    ({"cidr": "10.0.0.0/8/8"}, "Malformed CIDR, one '/' required"),
    ({"cidr": "10.0.0.0/x"}, "Malformed CIDR, mask bits must be an integer"),
    ({"cidr": "10.0.0.0/"}, "Malformed CIDR, mask bits must be an integer"),
    ({"cidr": "10.0.0.0/-1"}, "Malformed CIDR, mask bits must not be negative"),
    ({"cidr": "10.0.0.0/32"}, "IPv4 mask bits must be < 32"),
    ({"cidr": "::1/128"}, "IPv6 mask bits must be < 128"),
    ({"cidr": "10.0.0/8"}, "Nonstandard IP address: 10.0.0"),
    ({"cidr": "host/8"}, "Nonstandard IP address: host"),
    ({"numeric": 5}, "Value of numeric must be an array."),
    ({"numeric": []}, "Invalid member in numeric match"),
    ({"numeric": [5]}, "Invalid member in numeric match: 5"),
    ({"numeric": ["=="]}, "Unrecognized numeric range operator: =="),
    ({"numeric": ["="]}, "Value of equals must be numeric"),
    ({"numeric": ["=", "5"]}, "Value of equals must be numeric"),
    ({"numeric": ["=", True]}, "Value of equals must be numeric"),
    ({"numeric": [">", None]}, "Value of > must be numeric"),
    ({"numeric": ["<"]}, "Value of < must be numeric"),
    ({"numeric": ["<", 5, ">", 1]}, "Too many terms in numeric range expression"),
    ({"numeric": ["=", 5, "<", 9]}, "Too many terms in numeric range expression"),
    ({"numeric": [">", 1, ">", 5]}, "Bad numeric range operator: >"),
    ({"numeric": [">", 1, "=", 5]}, "Bad numeric range operator: ="),
    ({"numeric": [">", 1, "<"]}, "Value of < must be numeric"),
    ({"numeric": [">", 5, "<", 1]}, "Bottom must be less than top"),
    ({"numeric": [">", 5, "<", 5]}, "Bottom must be less than top"),
    ({"numeric": [">", 1, "<", 5, "<", 6]}, "Too many terms in numeric range expression"),
    ({"anything-but": []}, "Empty arrays are not allowed"),
    ({"anything-but": None}, "only strings and numbers are supported, not null"),
    ({"anything-but": True}, "only strings and numbers are supported, not true"),
    ({"anything-but": [None]}, "Inside anything but list, only strings and numbers"),
    ({"anything-but": [["a"]]}, "Inside anything but list, only strings and numbers"),
    ({"anything-but": ["a", 5]}, "mixed type is not supported"),
    ({"anything-but": {}}, "Anything-But expression name not found"),
    ({"anything-but": {"numeric": ["=", 5]}}, "Unsupported anything-but pattern: numeric"),
    ({"anything-but": {"cidr": "10.0.0.0/8"}}, "Unsupported anything-but pattern: cidr"),
    ({"anything-but": {"prefix": ""}}, "Null prefix not allowed"),
    ({"anything-but": {"suffix": ""}}, "Null suffix not allowed"),
    ({"anything-but": {"prefix": ["a", ""]}}, "Null prefix not allowed"),
    ({"anything-but": {"prefix": []}}, "Empty arrays are not allowed"),
    ({"anything-but": {"prefix": 5}}, "prefix match pattern must be a string"),
    ({"anything-but": {"equals-ignore-case": [5]}}, "equals-ignore-case match pattern must be a string"),
    ({"anything-but": {"wildcard": "a**"}}, "Consecutive wildcard characters"),
    ({"anything-but": {"prefix": "a", "suffix": "b"}}, "Only one key allowed"),
]


@pytest.mark.parametrize(("pattern", "reason"), STRUCTURE, ids=[json.dumps(case[0]) for case in STRUCTURE])
def test_a_structure_that_is_refused(pattern: Any, reason: str) -> None:
    assert reason in _refusal(json.dumps(pattern))


@pytest.mark.parametrize(("matcher", "reason"), MATCHERS, ids=[json.dumps(case[0]) for case in MATCHERS])
def test_a_matcher_that_is_refused(matcher: Any, reason: str) -> None:
    said = _refusal(json.dumps({"detail": {"v": [matcher]}}))
    assert reason in said
    assert said.endswith("(at detail.v)")


@pytest.mark.parametrize(
    "text", ["", "{", "{'a': [1]}", '{"a": [1],}', '{"a": [NaN]}', '{"a": [Infinity]}', "[" * 100_000]
)
def test_text_that_is_no_json(text: str) -> None:
    assert "not a JSON document" in _refusal(text)


def test_too_many_combinations_are_refused() -> None:
    pair = [{"x": [1]}, {"y": [2]}]
    pattern = {f"f{number}": {"$or": pair} for number in range(11)}
    assert "too complex" in _refusal(json.dumps(pattern))


def test_a_pattern_too_deep_is_refused() -> None:
    assert "levels" in _refusal('{"a":' * 200 + "[1]" + "}" * 200)


def _refusal(text: str) -> str:
    with pytest.raises(BadPattern) as refused:
        parse_pattern(text)
    return str(refused.value)
