"""Lines between bricks go around the bricks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from brickline.console.architecture.routes import Measures, Point, line, route

MEASURES = Measures(width=100, height=40, gap=30, rise=20, left=10, top=10)


def _inside(point: Point, place: tuple[int, int]) -> bool:
    left, top = MEASURES.corner(place)
    return left < point[0] < left + MEASURES.width and top < point[1] < top + MEASURES.height


def _along(points: list[Point]) -> list[Point]:
    """Points a few pixels apart on a line's way."""
    found = []
    for (ax, ay), (bx, by) in pairwise(points):
        steps = max(int((abs(bx - ax) + abs(by - ay)) / 3), 1)
        found += [(ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps) for step in range(steps + 1)]
    return found


def test_neighbours_in_a_row_are_joined_straight() -> None:
    found = route({"a": (0, 0), "b": (1, 0)}, [("a", "b")], MEASURES)
    assert found["a", "b"] == [(110, 30), (140, 30)]


@pytest.mark.parametrize(
    "joint",
    [("a0", "c0"), ("a0", "c2"), ("a2", "c0"), ("c1", "a1"), ("c0", "a2"), ("c2", "a0"), ("b0", "b2"), ("b2", "b1")],
)
def test_lines_pass_through_no_brick(joint: tuple[str, str]) -> None:
    places = {f"{name}{row}": (column, row) for column, name in enumerate("abc") for row in range(3)}
    points = route(places, [joint], MEASURES)[joint]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), "a line that is not straight"
    assert [(point, place) for point in _along(points) for place in places.values() if _inside(point, place)] == []
    start, end = MEASURES.corner(places[joint[0]]), MEASURES.corner(places[joint[1]])
    assert points[0][0] == start[0] + MEASURES.width
    assert points[-1][0] == end[0]


def test_a_way_that_is_free_is_taken() -> None:
    places = {"a": (0, 0), "b": (1, 1), "c": (2, 0)}
    assert route(places, [("a", "c")], MEASURES)["a", "c"] == [(110, 30), (270, 30)]


def test_corners_are_round() -> None:
    assert line([(0, 0), (50, 0), (50, 40)]) == "M0.0 0.0L43.0 0.0Q50.0 0.0 50.0 7.0L50.0 40.0"
