"""Metric math."""

from __future__ import annotations

import pytest

from brickline.bricks.cloudwatch.expressions import BadExpression, evaluated

LINES = {"m1": {0.0: 4.0, 60.0: 6.0}, "m2": {0.0: 2.0, 60.0: 0.0, 120.0: 1.0}}


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("m1", {0: 4, 60: 6}),
        ("m1 + m2", {0: 6, 60: 6}),
        ("m1 / m2", {0: 2}),
        ("100 * (m1 - 1)^2", {0: 900, 60: 2500}),
        ("-m1", {0: -4, 60: -6}),
        ("SUM([m1, m2])", {0: 6, 60: 6, 120: 1}),
        ("SUM(METRICS())", {0: 6, 60: 6, 120: 1}),
        ("AVG([m1, m2])", {0: 3, 60: 3, 120: 1}),
        ("m1 / MAX(m1)", {0: 4 / 6, 60: 1}),
        ("m2 / SUM(m2)", {0: 2 / 3, 60: 0, 120: 1 / 3}),
        ("FILL(m1, 0)", {0: 4, 60: 6, 120: 0}),
        ("RATE(m1)", {60: 2 / 60}),
        ("ABS(0 - m1)", {0: 4, 60: 6}),
    ],
)
def test_expressions(expression: str, line: dict[float, float]) -> None:
    assert evaluated({"e": expression}, LINES)["e"] == pytest.approx(line)


def test_expressions_may_need_each_other() -> None:
    assert evaluated({"a": "b + 1", "b": "m1 * 2"}, LINES)["a"] == {0: 9, 60: 13}


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"e": "m1 +"}, "cannot be parsed"),
        ({"e": "m3"}, "there is no query 'm3'"),
        ({"e": "1 + 1"}, "not a time series"),
        ({"e": "[m1]"}, "not a time series"),
        ({"e": "NOTHING(m1)"}, "NOTHING with 1 arguments is not there"),
        ({"e": "m1.x"}, "not supported"),
        ({"e": "__import__('os')"}, "not supported"),
        ({"e": "'text'"}, "not supported"),
        ({"e": "m1 + [m1]"}, "single time series"),
        ({"a": "b", "b": "a"}, "need each other"),
        ({"e": "-" * 2000 + "1"}, "cannot be parsed|nested too deeply"),
        ({"e": "(" * 2000}, "cannot be parsed"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_told(sources: dict[str, str], said: str) -> None:
    with pytest.raises(BadExpression, match=said):
        evaluated(sources, LINES)
