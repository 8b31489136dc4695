"""What each kind of matcher takes and what not: a table per kind, from the documented rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brickline.bricks.events.patterns import PatternIndex, fields_of, matches, parse_pattern

ABSENT = object()

Taken = tuple[Any, ...]


def does_match(pattern: Any, event: Any) -> bool:
    """By the matcher and, the same, by the index."""
    parsed, fields = parse_pattern(json.dumps(pattern)), fields_of(event)
    index: PatternIndex[str] = PatternIndex()
    index.put("p", parsed)
    found = matches(parsed, fields)
    assert (index.matching(fields) == {"p"}) == found
    return found


def with_value(value: Any) -> dict[str, Any]:
    return {"other": "x"} if value is ABSENT else {"other": "x", "v": value}


VALUES: list[tuple[list[Any], Taken, Taken]] = [
    # exact values: (what stands in the pattern's array, values that match, values that do not)
    (["text"], ("text",), ("Text", "tex", "texts", "", None, True, 0, ABSENT, [], {}, {"text": 1})),
    (["a", "b"], ("a", "b"), ("c", "ab", ABSENT)),
    ([""], ("",), (None, " ", ABSENT, [], {})),
    ([None], (None,), ("", "null", 0, False, ABSENT, [], {})),
    ([True], (True,), ("true", 1, False, ABSENT)),
    ([False], (False,), ("false", 0, None, ABSENT)),
    ([300], (300, 300.0, 3.0e2), ("300", 301, True, None, ABSENT)),
    ([0], (0, 0.0, -0.0), (False, "0", None, ABSENT)),
    ([1], (1, 1.0), (True, "1", 1.0000001)),
    ([-1.5], (-1.5,), (1.5, "-1.5", -1.50001)),
    ([9007199254740993], (9007199254740993,), (9007199254740992, 9007199254740994)),
    ([1e10], (1e10, 10000000000), (1e11,)),
    (["a", None, 5], ("a", None, 5), ("5", "", ABSENT)),
    (["한국"], ("한국",), ("한", "韓國")),
    (["*"], ("*",), ("a", "")),
    (["10.0.0.1"], ("10.0.0.1",), ("10.0.0.2", "010.0.0.1", "10.0.0.1 ")),
    (["2001:db8::1"], ("2001:db8::1", "2001:0db8:0:0:0:0:0:1", "2001:DB8::1"), ("2001:db8::2", "::1")),
    ([{"exactly": "x"}], ("x",), ("X", "xx", ABSENT)),
    # prefix and suffix
    ([{"prefix": "us-"}], ("us-", "us-east-1"), ("US-east-1", "us", "a us-", None, 5, ABSENT)),
    ([{"prefix": ""}], ("", "x"), (None, 5, True, ABSENT)),
    ([{"prefix": {"equals-ignore-case": "Us-"}}], ("us-", "US-EAST", "uS-x"), ("us", "xus-", None, ABSENT)),
    ([{"suffix": ".png"}], (".png", "a.png"), ("a.PNG", "png", ".png ", None, 5, ABSENT)),
    ([{"suffix": ""}], ("", "x"), (None, 5, ABSENT)),
    ([{"suffix": {"equals-ignore-case": ".PnG"}}], ("a.png", "a.PNG"), ("a.jpg", "png", ABSENT)),
    ([{"prefix": "a"}, {"suffix": "z"}], ("ab", "yz", "az"), ("ba", "zy", "")),
    ([{"prefix": "5"}], ("5", "55"), (5, 55)),
    # equals-ignore-case
    ([{"equals-ignore-case": "Alice"}], ("alice", "ALICE", "aLiCe"), ("alic", "alicee", "", None, ABSENT)),
    ([{"equals-ignore-case": ""}], ("",), (None, " ", ABSENT)),
    ([{"equals-ignore-case": "ÉTÉ"}], ("été", "ÉTÉ"), ("ete",)),
    ([{"equals-ignore-case": "1"}], ("1",), (1,)),
    # wildcard
    ([{"wildcard": "a*"}], ("a", "ab", "a*"), ("ba", "A", "", None, ABSENT)),
    ([{"wildcard": "*a"}], ("a", "ba"), ("ab", "")),
    ([{"wildcard": "a*b"}], ("ab", "axb", "abab", "a*b"), ("aba", "b", "xab")),
    ([{"wildcard": "*"}], ("", "x", "any thing"), (None, 5, True, ABSENT)),
    ([{"wildcard": "*a*"}], ("a", "bab", "aa"), ("b", "")),
    ([{"wildcard": "a*b*c"}], ("abc", "axbxc", "abbc", "abcbc"), ("ac", "acb", "abcd")),
    ([{"wildcard": "ab*ba"}], ("abba", "ab-ba", "abxba"), ("aba", "abab")),
    ([{"wildcard": "aa*aa"}], ("aaaa", "aaxaa", "aaaaa"), ("aaa", "aa")),
    ([{"wildcard": "a\\*b"}], ("a*b",), ("axb", "ab", "a\\*b")),
    ([{"wildcard": "a\\\\b"}], ("a\\b",), ("ab", "a\\\\b")),
    ([{"wildcard": "\\**"}], ("*", "*x"), ("x", "")),
    ([{"wildcard": "plain"}], ("plain",), ("plain ", "Plain")),
    ([{"wildcard": ""}], ("",), ("x",)),
    (
        [{"wildcard": "dir/*/f-*.csv"}],
        ("dir/a/f-1.csv", "dir//f-.csv", "dir/a/b/f-x.csv"),
        ("dir/f-1.csv", "dir/a/f.csv"),
    ),
    ([{"wildcard": "a.c"}], ("a.c",), ("abc",)),
    # anything-but
    ([{"anything-but": "a"}], ("b", "", "A", None, 5, True, 0), ("a", ABSENT, [], {})),
    ([{"anything-but": ["a", "b"]}], ("c", None, 5), ("a", "b", ABSENT)),
    ([{"anything-but": 5}], (6, "5", "abc", None, True, 5.5), (5, 5.0, ABSENT)),
    ([{"anything-but": [5, 6]}], (7, "5", None), (5, 6, 6.0, ABSENT)),
    ([{"anything-but": ""}], ("a", None), ("", ABSENT)),
    ([{"anything-but": {"prefix": "a"}}], ("b", "", "Ab", "ba", None, 5), ("a", "ab", ABSENT)),
    ([{"anything-but": {"prefix": ["a", "b"]}}], ("c", "xa"), ("a", "b1", ABSENT)),
    ([{"anything-but": {"suffix": "a"}}], ("b", "ab", "", None, 5), ("a", "ba", ABSENT)),
    ([{"anything-but": {"suffix": [".txt", ".rtf"]}}], ("a.pdf", "txt"), ("a.txt", "a.rtf", ABSENT)),
    ([{"anything-but": {"equals-ignore-case": "a"}}], ("b", "aa", "", None), ("a", "A", ABSENT)),
    ([{"anything-but": {"equals-ignore-case": ["a", "B"]}}], ("c", "ab"), ("A", "b", ABSENT)),
    ([{"anything-but": {"wildcard": "*/lib/*"}}], ("lib", "a/lib", "a/b"), ("a/lib/b", "/lib/", ABSENT)),
    ([{"anything-but": {"wildcard": ["a*", "*b"]}}], ("ca", "bc"), ("ab", "a", "b", ABSENT)),
    ([{"anything-but": "10.0.0.1"}], ("10.0.0.2", "x"), ("10.0.0.1",)),
    # numeric
    ([{"numeric": ["=", 5]}], (5, 5.0), (6, "5", True, None, ABSENT)),
    ([{"numeric": ["=", 0]}], (0, 0.0), (False, None, "0")),
    ([{"numeric": [">", 5]}], (6, 5.000001, 1e300), (5, 4, "6", None, ABSENT)),
    ([{"numeric": [">=", 5]}], (5, 5.0, 6), (4.999999, "5")),
    ([{"numeric": ["<", 5]}], (4, -1e300, 4.999999), (5, 6, "4", ABSENT)),
    ([{"numeric": ["<=", 5]}], (5, 4, -5), (5.000001, 6)),
    ([{"numeric": [">", 0, "<=", 5]}], (1, 5, 0.1), (0, 5.1, -1, "1")),
    ([{"numeric": [">=", 0, "<", 5]}], (0, 4.9), (5, -0.1)),
    ([{"numeric": [">", 0, "<", 5]}], (0.1, 4.9), (0, 5)),
    ([{"numeric": [">=", -5.5, "<=", -1e-3]}], (-5.5, -1, -0.001), (0, -6)),
    ([{"numeric": [">", 10]}, {"numeric": ["<", 0]}], (11, -1), (0, 10, 5)),
    ([{"numeric": [">", 0]}, "n/a"], (1, "n/a"), (0, "1", "N/A")),
    # cidr
    ([{"cidr": "10.0.0.0/24"}], ("10.0.0.0", "10.0.0.255"), ("10.0.1.0", "x", "", 10, "10.0.0.0/24", ABSENT)),
    ([{"cidr": "10.0.0.77/24"}], ("10.0.0.1",), ("10.0.1.1",)),
    ([{"cidr": "0.0.0.0/0"}], ("1.2.3.4", "255.255.255.255"), ("::1", "256.0.0.1", "1.2.3")),
    ([{"cidr": "10.0.0.0/31"}], ("10.0.0.0", "10.0.0.1"), ("10.0.0.2",)),
    ([{"cidr": "2001:db8::/32"}], ("2001:db8::1", "2001:0db8:ffff::"), ("2001:db9::1", "10.0.0.1")),
    ([{"cidr": "::/0"}], ("::1", "fe80::1"), ("1.2.3.4",)),
    ([{"cidr": "fe80::/127"}], ("fe80::", "fe80::1"), ("fe80::2",)),
    # exists
    ([{"exists": True}], ("x", "", None, 0, False, [1], [[1]]), (ABSENT, [], {}, {"x": 1}, [[]], [{}])),
    ([{"exists": False}], (ABSENT, [], {}, {"x": 1}, [{}]), ("x", "", None, 0, [1])),
    ([{"exists": False}, "a"], (ABSENT, "a", {}), ("b", None)),
    ([{"exists": False}, None], (ABSENT, None), ("x", "")),
    # arrays in the event: one element is enough
    (["a"], (["a"], ["b", "a"], [["a"]], [[["b"], "a"]]), (["b"], [["b"]], [{"v": "a"}])),
    ([{"prefix": "a"}], (["b", "ab"],), (["b"],)),
    ([{"anything-but": "a"}], (["b"], ["a", "b"], [None]), (["a"], ["a", "a"], [])),
    ([{"numeric": [">", 5]}], ([1, 6],), ([1, "6"],)),
    ([None], ([None, 1],), ([1],)),
]

TABLE = [
    pytest.param(
        values, value, expected, id=f"{json.dumps(values)} {'absent' if value is ABSENT else json.dumps(value)}"
    )
    for values, taken, not_taken in VALUES
    for expected, group in ((True, taken), (False, not_taken))
    for value in group
]


@pytest.mark.parametrize(("values", "value", "expected"), TABLE)
def test_a_value(values: list[Any], value: Any, expected: bool) -> None:
    assert does_match({"v": values}, with_value(value)) is expected


@pytest.mark.parametrize(("values", "value", "expected"), TABLE)
def test_a_value_below_others(values: list[Any], value: Any, expected: bool) -> None:
    event = {"source": "s", "detail": {"deep": with_value(value)}}
    assert does_match({"source": ["s"], "detail": {"deep": {"v": values}}}, event) is expected
    assert does_match({"source": ["other"], "detail": {"deep": {"v": values}}}, event) is False


WHOLE: list[tuple[str, Any, Any, bool]] = [
    ("all fields are needed", {"a": [1], "b": [2]}, {"a": 1, "b": 2}, True),
    ("one field differs", {"a": [1], "b": [2]}, {"a": 1, "b": 3}, False),
    ("one field is missing", {"a": [1], "b": [2]}, {"a": 1}, False),
    ("further fields do not count", {"a": [1]}, {"a": 1, "b": {"c": [1, 2]}}, True),
    ("nested", {"a": {"b": {"c": ["x"]}}}, {"a": {"b": {"c": "x"}}}, True),
    ("nested elsewhere", {"a": {"b": ["x"]}}, {"b": {"a": "x"}}, False),
    ("names count with their case", {"a": [1]}, {"A": 1}, False),
    ("a dotted name is nested", {"a.b": [1]}, {"a": {"b": 1}}, True),
    ("nested is a dotted name", {"a": {"b": [1]}}, {"a.b": 1}, True),
    ("a field in objects of an array", {"a": {"b": [2]}}, {"a": [{"b": 1}, {"b": 2}]}, True),
    ("fields of one element", {"a": {"y": [1], "z": [2]}}, {"a": [{"y": 1, "z": 2}, {"y": 3, "z": 4}]}, True),
    ("fields of two elements", {"a": {"y": [1], "z": [4]}}, {"a": [{"y": 1, "z": 2}, {"y": 3, "z": 4}]}, False),
    ("fields of one of several", {"a": {"y": [1], "z": [4]}}, {"a": [{"y": 1, "z": 2}, {"y": 1, "z": 4}]}, True),
    ("two arrays do not hold each other", {"a": {"y": [1]}, "b": {"z": [2]}},
     {"a": [{"y": 0}, {"y": 1}], "b": [{"z": 2}, {"z": 3}]}, True),
    ("arrays in arrays agree inside", {"a": {"b": {"y": [1], "z": [1]}}},
     {"a": [{"b": [{"y": 1, "z": 0}, {"y": 0, "z": 1}]}, {"b": [{"y": 1, "z": 1}]}]}, True),
    ("arrays in arrays that disagree", {"a": {"b": {"y": [1], "z": [1]}}},
     {"a": [{"b": [{"y": 1, "z": 0}, {"y": 0, "z": 1}]}, {"b": [{"y": 0, "z": 0}]}]}, False),
    ("outer and inner field of one element", {"a": {"n": [1], "b": {"y": [1]}}},
     {"a": [{"n": 1, "b": [{"y": 0}]}, {"n": 2, "b": [{"y": 1}]}]}, False),
    ("outer and inner field that agree", {"a": {"n": [2], "b": {"y": [1]}}},
     {"a": [{"n": 1, "b": [{"y": 0}]}, {"n": 2, "b": [{"y": 1}]}]}, True),
    ("$or, first", {"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1}, True),
    ("$or, second", {"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2, "a": 9}, True),
    ("$or, none", {"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}, False),
    ("$or and a field beside it", {"c": [3], "$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1, "c": 3}, True),
    ("$or without the field beside it", {"c": [3], "$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1}, False),
    ("$or below", {"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"d": {"b": 2}}, True),
    ("$or below, elsewhere", {"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"b": 2}, False),
    ("$or in $or", {"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}]}]}, {"c": 3}, True),
    ("$or in $or, none", {"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}]}]}, {"c": 4}, False),
    ("two $or are both needed", {"$or": [{"a": [1]}, {"b": [2]}], "d": {"$or": [{"x": [1]}, {"y": [1]}]}},
     {"a": 1, "d": {"y": 1}}, True),
    ("two $or, one holds", {"$or": [{"a": [1]}, {"b": [2]}], "d": {"$or": [{"x": [1]}, {"y": [1]}]}}, {"a": 1}, False),
    ("a branch overrides the field outside", {"x": [1], "$or": [{"x": [2]}, {"y": [3]}]}, {"x": 2}, True),
    ("a branch without it keeps it", {"x": [1], "$or": [{"x": [2]}, {"y": [3]}]}, {"x": 1, "y": 3}, True),
    ("the field outside alone is not enough", {"x": [1], "$or": [{"x": [2]}, {"y": [3]}]}, {"x": 1}, False),
    ("exists beside others", {"d": {"e": [{"exists": True}], "f": [{"exists": False}]}}, {"d": {"e": 1}}, True),
    ("what must not be there is there", {"d": {"e": [{"exists": True}], "f": [{"exists": False}]}},
     {"d": {"e": 1, "f": 0}}, False),
    ("nothing but absence", {"d": {"f": [{"exists": False}]}}, {}, True),
    ("resources", {"resources": ["arn:b"]}, {"resources": ["arn:a", "arn:b"]}, True),
    ("mixed matchers", {"d": {"s": ["ok", {"prefix": "err"}, {"numeric": [">", 3]}]}}, {"d": {"s": 4}}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "event", "expected"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE]
)
def test_a_pattern(pattern: Any, event: Any, expected: bool) -> None:
    assert does_match(pattern, event) is expected


def test_a_repeated_key_counts_as_its_last() -> None:
    pattern = parse_pattern('{"a": [1], "a": [2]}')
    assert matches(pattern, fields_of({"a": 2}))
    assert not matches(pattern, fields_of({"a": 1}))


def test_many_elements_of_many_arrays_do_not_take_long() -> None:
    names = "abcdef"
    event = {name: [{"y": 1, "z": 0} for _ in range(200)] for name in names}
    pattern = {name: {"y": [1], "z": [0]} for name in names}
    assert does_match(pattern, event)
    assert not does_match({**pattern, "a": {"y": [1], "z": [1]}}, event)
