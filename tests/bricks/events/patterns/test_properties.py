"""The matcher and the index against a slow and obvious one, on patterns and events made by chance."""

from __future__ import annotations

import itertools
import json
import operator
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from brickline.bricks.events.patterns import PatternIndex, fields_of, matches, parse_pattern

# A small world, so that patterns and events meet often.
texts = st.sampled_from(["", "a", "A", "ab", "aB", "ba", "b", "abab", "10.0.0.1", "10.0.1.1", "5"])
numbers = st.sampled_from([0, 1, 1.0, -1, 5, 2.5])
scalars = st.one_of(texts, numbers, st.booleans(), st.none())
names = st.sampled_from(["a", "b", "c"])
branch_names = st.sampled_from(["p", "q"])

some_texts = st.lists(texts.filter(bool), min_size=1, max_size=2)
matchers = st.one_of(
    scalars,
    texts.map(lambda text: {"prefix": text}),
    texts.map(lambda text: {"prefix": {"equals-ignore-case": text}}),
    texts.map(lambda text: {"suffix": text}),
    texts.map(lambda text: {"suffix": {"equals-ignore-case": text}}),
    texts.map(lambda text: {"equals-ignore-case": text}),
    st.sampled_from(["*", "a*", "*b", "a*b", "*a*", "ab*ab", "", "a"]).map(lambda text: {"wildcard": text}),
    st.booleans().map(lambda there: {"exists": there}),
    st.sampled_from(["10.0.0.0/24", "10.0.0.0/8"]).map(lambda network: {"cidr": network}),
    st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), numbers).map(lambda pair: {"numeric": list(pair)}),
    st.lists(texts, min_size=1, max_size=2).map(lambda values: {"anything-but": values}),
    st.lists(numbers, min_size=1, max_size=2).map(lambda values: {"anything-but": values}),
    some_texts.map(lambda values: {"anything-but": {"prefix": values}}),
    some_texts.map(lambda values: {"anything-but": {"suffix": values}}),
    some_texts.map(lambda values: {"anything-but": {"equals-ignore-case": values}}),
    st.just({"anything-but": {"wildcard": "a*"}}),
)
leaves = st.lists(matchers, min_size=1, max_size=3)
fields = st.recursive(leaves, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=2), max_leaves=3)
alternatives = st.lists(st.dictionaries(branch_names, leaves, min_size=1, max_size=2), min_size=2, max_size=3)


def _with_or(parts: tuple[dict[str, Any], list[dict[str, Any]] | None]) -> dict[str, Any]:
    pattern, branches = parts
    return {**pattern, "$or": branches} if branches else pattern


patterns = st.tuples(
    st.dictionaries(names, fields, min_size=1, max_size=3), st.one_of(st.none(), alternatives)
).map(_with_or)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=8,
)
events = st.dictionaries(st.one_of(names, branch_names), values, max_size=4)
COMPARISONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def slowly(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Some way to choose one element of every array has every field that the pattern asks for."""
    everything = {path for path, _ in _all_leaves("", event)}
    return any(_holds(pattern, "", world, everything) for world in _worlds("", event))


def _worlds(path: str, value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        parts = [list(_worlds(f"{path}.{name}", member)) for name, member in value.items()]
        for choice in itertools.product(*parts):
            yield {name: leaf for part in choice for name, leaf in part.items()}
    elif isinstance(value, list):
        for element in value:
            yield from _worlds(path, element)
        if not value:
            yield {}
    else:
        yield {path: value}


def _all_leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _all_leaves(f"{path}.{name}", member)
    elif isinstance(value, list):
        for element in value:
            yield from _all_leaves(path, element)
    else:
        yield path, value


def _holds(pattern: dict[str, Any], path: str, world: dict[str, Any], everything: set[str]) -> bool:
    for name, asked in pattern.items():
        below = f"{path}.{name}"
        if name == "$or":
            held = any(_holds(branch, path, world, everything) for branch in asked)
        elif isinstance(asked, dict):
            held = _holds(asked, below, world, everything)
        elif below not in everything:
            held = {"exists": False} in asked
        else:
            held = below in world and any(_takes(matcher, world[below]) for matcher in asked)
        if not held:
            return False
    return True


def _takes(matcher: Any, value: Any) -> bool:
    if not isinstance(matcher, dict):
        return _same(matcher, value)
    [(kind, argument)] = matcher.items()
    text = value if isinstance(value, str) else None
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    match kind:
        case "exists":
            return bool(argument)
        case "prefix" | "suffix" if isinstance(argument, dict):
            return text is not None and _affix(kind, text.lower(), argument["equals-ignore-case"].lower())
        case "prefix" | "suffix":
            return text is not None and _affix(kind, text, argument)
        case "equals-ignore-case":
            return text is not None and text.lower() == argument.lower()
        case "wildcard":
            expression = ".*".join(map(re.escape, argument.split("*")))
            return text is not None and re.fullmatch(expression, text) is not None
        case "cidr":
            start = {"10.0.0.0/24": "10.0.0.", "10.0.0.0/8": "10."}[argument]
            return text is not None and text.startswith(start)
        case "numeric":
            comparison, bound = argument
            return number is not None and COMPARISONS[comparison](number, bound)
        case _:
            return not any(_takes(unwanted, value) for unwanted in _unwanted(argument))


def _unwanted(argument: Any) -> list[Any]:
    if isinstance(argument, list):
        return argument
    [(kind, given)] = argument.items()
    return [{kind: text} for text in (given if isinstance(given, list) else [given])]


def _affix(kind: str, text: str, wanted: str) -> bool:
    return text.startswith(wanted) if kind == "prefix" else text.endswith(wanted)


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool) or wanted is None:
        return wanted is value
    return bool(wanted == value)


@settings(max_examples=400, deadline=None)
@given(patterns, events)
def test_the_matcher_agrees_with_a_slow_one(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert matches(parse_pattern(json.dumps(pattern)), fields_of(event)) == slowly(pattern, event)


@settings(max_examples=100, deadline=None)
@given(st.lists(patterns, max_size=12), st.sets(st.integers(0, 11)), st.lists(events, max_size=4))
def test_the_index_finds_what_each_pattern_matches(
    given_patterns: list[dict[str, Any]], removed: set[int], some_events: list[dict[str, Any]]
) -> None:
    parsed = [parse_pattern(json.dumps(pattern)) for pattern in given_patterns]
    index: PatternIndex[int] = PatternIndex()
    for number, pattern in enumerate(parsed):
        index.put(number, pattern)
    for number in removed:
        index.remove(number)
    for event in some_events:
        fields_there = fields_of(event)
        expected = {n for n, pattern in enumerate(parsed) if n not in removed and matches(pattern, fields_there)}
        assert index.matching(fields_there) == expected


def test_an_index_that_is_emptied_is_empty() -> None:
    index: PatternIndex[int] = PatternIndex()
    for number, value in enumerate(["a", {"prefix": "b"}, {"suffix": "c"}, {"exists": False}, {"wildcard": "d*"}]):
        index.put(number, parse_pattern(json.dumps({"x": [value], "y": [1]})))
    for number in range(5):
        index.remove(number)
    assert vars(index) == {"_entries": {}, "_cabinets": {}, "_always": set()}


def test_few_of_many_patterns_are_looked_at() -> None:
    """10,000 rules of one source, told apart by key, prefix or suffix: an event looks at a handful."""
    index: PatternIndex[int] = PatternIndex()
    forms = ("{0}", {"prefix": "{0}/"}, {"suffix": ".{0}"}, {"wildcard": "{0}-*"})
    for number in range(10_000):
        value = json.loads(json.dumps(forms[number % 4]).replace("{0}", f"k{number}"))
        index.put(number, parse_pattern(json.dumps({"source": ["aws.s3"], "detail": {"key": [value]}})))
    fields_there = fields_of({"source": "aws.s3", "detail": {"key": "k4001/x"}})
    assert index.matching(fields_there) == {4001}
    assert len(list(index._candidates(fields_there))) <= 4
