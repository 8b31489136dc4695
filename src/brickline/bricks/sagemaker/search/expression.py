"""Search expressions, evaluated on documents. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.refusals import invalid

_LIST_KEYS = ("Key", "MetricName", "Name", "ChannelName")
"""Lists whose elements have one of these can be addressed by it: `Tags.team`, `Metrics.auc.Max`."""

_ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThan": lambda value, limit: value > limit,
    "GreaterThanOrEqualTo": lambda value, limit: value >= limit,
    "LessThan": lambda value, limit: value < limit,
    "LessThanOrEqualTo": lambda value, limit: value <= limit,
}
_UNLIMITED_CONTAINS = ("Name", "Tags", "Artifacts")


def check(expression: Shape) -> None:
    """Refuse what no document can decide: a second `Contains`, an operator without its value."""
    filters = list(_all_filters(expression))
    contains = [f for f in filters if f.get("Operator") == "Contains" and not _is_unlimited(f["Name"])]
    if len(contains) > 1:
        raise invalid("SearchExpression: 'CONTAINS' operator usage limit of 1 exceeded.")
    for one in filters:
        if _operator(one) not in ("Exists", "NotExists") and "Value" not in one:
            raise invalid(f"SearchExpression: filter on {one['Name']!r} with {_operator(one)} has no Value")
        if _operator(one) in _ORDERINGS and _number(one["Value"]) is None:
            raise invalid(
                f"SearchExpression: {_operator(one)} on {one['Name']!r} compares numbers and times, "
                f"and {one['Value']!r} is neither"
            )


def matches(expression: Shape, document: Shape) -> bool:
    """Whether a document satisfies the expression. An empty expression is satisfied by all."""
    outcomes = [
        *(_passes(one, values_at(document, one["Name"])) for one in expression.get("Filters") or ()),
        *(_nested(nested, document) for nested in expression.get("NestedFilters") or ()),
        *(matches(inner, document) for inner in expression.get("SubExpressions") or ()),
    ]
    if not outcomes:
        return True
    return any(outcomes) if expression.get("Operator") == "Or" else all(outcomes)


def values_at(document: Any, path: str) -> list[Any]:
    """Every value at a dotted path. A key may have dots itself; lists are looked into, or addressed by a name."""
    if isinstance(document, list):
        return [value for element in document for value in _in_element(element, path)]
    if not isinstance(document, Mapping):
        return []
    if path in document:
        value = document[path]
        return list(value) if isinstance(value, list) else [value]
    found = (values_at(document[head], rest) for head, rest in _splits(path) if head in document)
    return next((values for values in found if values), [])


def _in_element(element: Any, path: str) -> list[Any]:
    if not isinstance(element, Mapping):
        return []
    for key in _LIST_KEYS:
        name = element.get(key)
        if name == path:
            return [element.get("Value", element)]
        if name and path.startswith(f"{name}."):
            return values_at(element, path[len(name) + 1 :])
    return values_at(element, path)


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """`a.b.c` as (a, b.c), (a.b, c)."""
    parts = path.split(".")
    for index in range(1, len(parts)):
        yield ".".join(parts[:index]), ".".join(parts[index:])


def _nested(nested: Shape, document: Shape) -> bool:
    """One element of the list has to pass all the filters, whose names begin with the list's."""
    name = nested["NestedPropertyName"]
    return any(
        all(_passes(one, values_at(element, one["Name"].removeprefix(f"{name}."))) for one in nested["Filters"])
        for element in values_at(document, name)
    )


def _passes(one: Shape, values: list[Any]) -> bool:
    operator, wanted = _operator(one), one.get("Value", "")
    if operator == "Exists":
        return bool(values)
    if operator == "NotExists":
        return not values
    if operator == "NotEquals":
        return not any(_equal(value, wanted) for value in values)
    return any(_compares(operator, value, wanted) for value in values)


def _compares(operator: str, value: Any, wanted: str) -> bool:
    if operator == "Equals":
        return _equal(value, wanted)
    if operator == "Contains":
        return isinstance(value, str) and wanted in value
    if operator == "In":
        return any(_equal(value, choice.strip()) for choice in wanted.split(","))
    number, limit = _number(value), _number(wanted)
    return number is not None and limit is not None and _ORDERINGS[operator](number, limit)


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    if isinstance(value, int | float):
        return _number(wanted) == float(value)
    return bool(value == wanted)


def _number(value: Any) -> float | None:
    """A number, or a time as epoch seconds; None for other text."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None


def _operator(one: Shape) -> str:
    """Without an operator, a filter with a value asks for equality, one without for existence."""
    return str(one.get("Operator") or ("Equals" if "Value" in one else "Exists"))


def _is_unlimited(name: str) -> bool:
    return name.endswith("Name") or name.split(".")[0] in _UNLIMITED_CONTAINS or "Artifacts" in name


def _all_filters(expression: Shape) -> Iterator[Shape]:
    yield from expression.get("Filters") or ()
    for nested in expression.get("NestedFilters") or ():
        yield from nested["Filters"]
    for inner in expression.get("SubExpressions") or ():
        yield from _all_filters(inner)
