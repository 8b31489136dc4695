"""Line charts: what is drawn, and what is said to who does not see it."""

from __future__ import annotations

import math
import re

import pytest

from brickline.console.charts import Chart, Series, draw, number, summary, ticks


def _chart(*points: tuple[float, float], **more: object) -> Chart:
    return Chart("loss", [Series("loss", points)], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (3.0, "3"),
        (12198.0, "12,198"),
        (0.69781, "0.6978"),
        (1.2e-7, "1.2e-07"),
        (54321.9, "54,322"),
        (-0.0137, "-0.0137"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.5, 1]),
        (0.69, 0.74, [0.68, 0.7, 0.72, 0.74]),
        (0, 17, [0, 5, 10, 15, 20]),
        (-3, 3, [-4, -2, 0, 2, 4]),
    ],
)
def test_ticks_are_round_and_span_the_values(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_a_chart_has_a_line_and_tells_of_itself_in_words() -> None:
    drawn = draw(_chart((1, 0.5), (2, 0.25), (3, 0.125), is_time=False))
    assert len(re.findall("<circle", drawn)) == 3
    assert 'aria-label="loss: 3 points, from 0.125 to 0.5, last 0.125"' in drawn
    assert "style=" not in drawn


def test_many_points_are_thinned_and_the_last_one_stays() -> None:
    drawn = draw(_chart(*((float(x), float(x)) for x in range(100_000)), is_time=False))
    assert len(drawn) < 20_000
    assert "(99,999)" in drawn


def test_names_are_text() -> None:
    assert "<b>" not in draw(Chart("<b>", [Series("<b>", [(0, 1)]), Series("other", [(0, 2)])]))


@pytest.mark.parametrize("points", [[(0.0, 0.0)], [(5.0, 7.0), (5.0, 7.0)], [(0.0, -1.0), (1.0, math.nan), (2.0, 3.0)]])
def test_flat_short_and_broken_lines_are_drawn(points: list[tuple[float, float]]) -> None:
    assert "nan" not in draw(_chart(*points))


def test_no_points_are_no_chart() -> None:
    assert draw(_chart()) == ""
    assert draw(_chart((0, math.inf))) == ""


def test_several_lines_have_a_legend() -> None:
    chart = Chart("latency", [Series("p50", [(0, 1)]), Series("p95", [(0, 4)])], "ms")
    assert "legend" in draw(chart)
    assert summary(chart) == "latency: p50: 1 points, from 1 to 1, last 1; p95: 1 points, from 4 to 4, last 4"
