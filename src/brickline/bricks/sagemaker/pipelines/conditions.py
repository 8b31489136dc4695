"""Conditions of a Condition step: evaluated, and checked for types that can never be compared. Pure."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from brickline.bricks.sagemaker.pipelines.paths import Misplaced, Token

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_ORDERINGS = ("GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo")
_MEMBERSHIPS = ("In", "NotIn")
TYPES = (*_COMPARISONS, *_MEMBERSHIPS, "Not", "Or")

ValueType = str
"""`String`, `Number` or `Boolean`: what can be compared with what."""


class BadCondition(Misplaced):
    """A condition that can never be evaluated, and why."""


class Incomparable(TypeError):
    """Values whose types cannot be compared, and which."""


def all_hold(conditions: list[Any]) -> bool:
    """Whether every condition holds; expressions in them are evaluated already. Raises Incomparable."""
    return all(holds(condition) for condition in conditions)


def holds(condition: Mapping[str, Any]) -> bool:
    """Whether one condition holds. Raises Incomparable."""
    match condition["Type"]:
        case "Not":
            return not holds(condition["Condition"])
        case "Or":
            return any(holds(inner) for inner in condition["Conditions"])
        case "In" | "NotIn" as kind:
            wanted, values = _membership(condition)
            found = any(_compare("Equals", wanted, value) for value in values)
            return found is (kind == "In")
        case kind:
            return _compare(kind, condition["LeftValue"], condition["RightValue"])


def check_conditions(conditions: Any, type_of: Callable[[Any], ValueType | None], path: tuple[Token, ...]) -> None:
    """Raises BadCondition, naming the place.

    `type_of` gives the type of an expression's or literal's value where it is known before the execution.
    """
    if not isinstance(conditions, list):
        raise BadCondition("a list of conditions is needed", path)
    for index, condition in enumerate(conditions):
        _check(condition, type_of, (*path, index))


def type_of_value(value: Any) -> ValueType | None:
    """The type of a literal; None for what conditions do not compare."""
    match value:
        case bool():
            return "Boolean"
        case int() | float():
            return "Number"
        case str():
            return "String"
        case _:
            return None


def _check(condition: Any, type_of: Callable[[Any], ValueType | None], path: tuple[Token, ...]) -> None:
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if kind not in TYPES:
        raise BadCondition(f"Type {json.dumps(kind)} is none of {', '.join(TYPES)}", path)
    if kind == "Not":
        _check(condition.get("Condition"), type_of, (*path, "Condition"))
    elif kind == "Or":
        check_conditions(condition.get("Conditions"), type_of, (*path, "Conditions"))
    else:
        for left, right in _pairs(condition, kind, path):
            _check_types(kind, type_of(left), type_of(right), path)


def _pairs(condition: Mapping[str, Any], kind: str, path: tuple[Token, ...]) -> Iterator[tuple[Any, Any]]:
    """The pairs of values that a condition compares."""
    if kind in _MEMBERSHIPS:
        query, values = _membership(condition)
        if query is None or not isinstance(values, list):
            raise BadCondition(f"{kind} needs a QueryValue and a list of Values", path)
        yield from ((query, value) for value in values)
        return
    for member in ("LeftValue", "RightValue"):
        if condition.get(member) is None:
            raise BadCondition(f"{kind} needs a {member}", path)
    yield condition["LeftValue"], condition["RightValue"]


def _check_types(kind: str, left: ValueType | None, right: ValueType | None, path: tuple[Token, ...]) -> None:
    if left and right and left != right:
        raise BadCondition(f"{kind} compares a {left} with a {right}; the types have to be alike", path)
    if kind in _ORDERINGS and "Boolean" in (left, right):
        raise BadCondition(f"{kind} puts values in order, which a Boolean does not have", path)


def _membership(condition: Mapping[str, Any]) -> tuple[Any, Any]:
    """The SDKs write QueryValue and Values, the published JSON schema Value and In."""
    return condition.get("QueryValue", condition.get("Value")), condition.get("Values", condition.get("In"))


def _compare(kind: str, left: Any, right: Any) -> bool:
    types = type_of_value(left), type_of_value(right)
    if None in types or types[0] != types[1] or (kind in _ORDERINGS and types[0] == "Boolean"):
        raise Incomparable(
            f"{kind} cannot compare {_shown(left)} ({types[0] or 'a structure'}) "
            f"with {_shown(right)} ({types[1] or 'a structure'})"
        )
    return _COMPARISONS[kind](left, right)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
