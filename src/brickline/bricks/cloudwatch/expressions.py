"""Metric math: arithmetic over queries, and functions of one or several of them. Pure.

`m1 / m2 * 100`, `SUM([m1, m2])`, `SUM(METRICS())`, `FILL(m1, 0)`, `RATE(m1)`. A value is there at the times at which
every query that it is made of has one.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

Line = dict[float, float]
Value = float | Line | list[Line]


class BadExpression(ValueError):
    """An expression that cannot be understood, or names what is not there."""


_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_OF_SEVERAL: Mapping[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "AVG": lambda values: math.fsum(values) / len(values),
    "MIN": min,
    "MAX": max,
}
_OF_EACH: Mapping[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}


def evaluated(sources: Mapping[str, str], lines: Mapping[str, Line]) -> dict[str, Line]:
    """The lines, with those of the expressions (by their ids). Raises BadExpression."""
    trees = {name: _tree(text) for name, text in sources.items()}
    needs = {name: _names(tree) & {*trees} for name, tree in trees.items()}
    known = dict(lines)
    try:
        order = [*TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise BadExpression(f"{' -> '.join(error.args[1])} need each other") from None
    for name in order:
        try:
            value = _Evaluation(known, lines).value(trees[name])
        except RecursionError:
            raise BadExpression(f"{sources[name]!r} is nested too deeply") from None
        if not isinstance(value, dict):
            raise BadExpression(f"{sources[name]!r} is not a time series")
        known[name] = value
    return known


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression(f"{text!r} cannot be parsed") from None


def _names(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


class _Evaluation:
    """Of one expression; METRICS() are the queries that are no expressions."""

    def __init__(self, known: Mapping[str, Line], metrics: Mapping[str, Line]) -> None:
        self._known = known
        self._metrics = metrics

    def value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return float(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _combined(operator.mul, -1.0, self.value(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _combined(_OPERATORS[type(node.op)], self.value(node.left), self.value(node.right))
        if isinstance(node, ast.List):
            return [_line(self.value(one)) for one in node.elts]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._called(node.func.id.upper(), node.args)
        raise BadExpression(f"{ast.unparse(node)!r} is not supported")

    def _named(self, name: str) -> Line:
        if name not in self._known:
            raise BadExpression(f"there is no query {name!r}; there are {', '.join(sorted(self._known)) or 'none'}")
        return self._known[name]

    def _called(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS" and not arguments:
            return [*self._metrics.values()]
        values = [self.value(one) for one in arguments]
        if name in _OF_SEVERAL and len(values) == 1:
            return _of_several(_OF_SEVERAL[name], values[0])
        if name in _OF_EACH and len(values) == 1:
            return {time: float(_OF_EACH[name](value)) for time, value in _line(values[0]).items()}
        if name == "RATE" and len(values) == 1:
            return _rate(_line(values[0]))
        if name == "FILL" and len(values) == 2 and isinstance(values[1], float):
            return self._filled(_line(values[0]), values[1])
        known = ", ".join((*_OF_SEVERAL, *_OF_EACH, "RATE", "FILL", "METRICS"))
        raise BadExpression(f"the function {name} with {len(values)} arguments is not there; there are {known}")

    def _filled(self, line: Line, value: float) -> Line:
        """With a value at every time at which some query has one."""
        times = {time for other in self._known.values() for time in other}
        return {time: line.get(time, value) for time in sorted(times)}


def _line(value: Value) -> Line:
    if not isinstance(value, dict):
        raise BadExpression("a single time series is needed")
    return value


def _combined(function: Callable[[float, float], float], one: Value, other: Value) -> Value:
    if isinstance(one, list) or isinstance(other, list):
        raise BadExpression("arithmetic is done with single time series; SUM and the like make one of several")
    if isinstance(one, float) and isinstance(other, float):
        return _calculated(function, one, other) or 0.0
    times = set.intersection(*({*value} for value in (one, other) if isinstance(value, dict)))
    found = {time: _calculated(function, _at(one, time), _at(other, time)) for time in sorted(times)}
    return {time: value for time, value in found.items() if value is not None}


def _calculated(function: Callable[[float, float], float], one: float, other: float) -> float | None:
    """None where there is no such number: a division by zero leaves the time out."""
    try:
        value = function(one, other)
    except (ArithmeticError, ValueError):
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None


def _at(value: float | Line, time: float) -> float:
    return value[time] if isinstance(value, dict) else value


def _of_several(function: Callable[[list[float]], float], value: Value) -> Value:
    """Over several time series at each time; over one, a number."""
    if isinstance(value, list):
        times = sorted({time for line in value for time in line})
        return {time: float(function([line[time] for line in value if time in line])) for time in times}
    line = _line(value)
    return float(function([*line.values()])) if line else 0.0


def _rate(line: Line) -> Line:
    times = sorted(line)
    return {time: (line[time] - line[before]) / (time - before) for before, time in pairwise(times)}
