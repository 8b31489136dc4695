"""How joints run between bricks: straight lines with round corners in the gaps between columns and rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from brickline.console.architecture.grid import Places

_CORNER = 7.0
_LANES = 5
"""Lines that run beside one another in a gap before they share one."""

_APART = 9.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Measures:
    """Of bricks and the gaps between them, in pixels; `left` and `top` are where the first brick stands."""

    width: float
    height: float
    gap: float
    rise: float
    left: float
    top: float

    def corner(self, place: tuple[int, int]) -> Point:
        """The upper left corner of a brick."""
        column, row = place
        return self.left + column * (self.width + self.gap), self.top + row * (self.height + self.rise)

    def middle(self, row: int) -> float:
        return self.corner((0, row))[1] + self.height / 2


def route(places: Places, joints: Sequence[tuple[str, str]], measures: Measures) -> dict[tuple[str, str], list[Point]]:
    """The corners of each joint's line, from the right side of its source to the left side of its target."""
    lanes = _lanes(places, joints)
    taken = frozenset(places.values())
    return {joint: _points(places, joint, lanes[joint[0]], taken, measures) for joint in joints}


def _lanes(places: Places, joints: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """A lane for each source, another one than its neighbours in the column have."""
    columns: dict[int, list[str]] = {}
    for source in dict.fromkeys(source for source, _ in joints):
        columns.setdefault(places[source][0], []).append(source)
    return {
        source: index % _LANES
        for sources in columns.values()
        for index, source in enumerate(sorted(sources, key=lambda name: places[name][1]))
    }


def _points(
    places: Places, joint: tuple[str, str], lane: int, taken: frozenset[tuple[int, int]], measures: Measures
) -> list[Point]:
    (column, row), (to_column, to_row) = places[joint[0]], places[joint[1]]
    is_straight = row == to_row and column < to_column and _is_free(row, column, to_column, taken)
    # Lines that turn leave below the middle and arrive above it: they do not look like one that goes on.
    apart = 0 if is_straight else _APART
    start = (measures.corner((column, row))[0] + measures.width, measures.middle(row) + apart)
    end = (measures.corner((to_column, to_row))[0], measures.middle(to_row) - apart)
    if is_straight:
        return [start, end]
    shift = (lane + 1) * measures.gap / (_LANES + 2)
    out, back = start[0] + shift, end[0] - measures.gap + shift
    if _is_free(to_row, column, to_column, taken):
        level = end[1]
    elif _is_free(row, column, to_column, taken):
        level = start[1]
    else:
        level = _between_rows(row, to_row, lane, measures)
    return _without_doubles([start, (out, start[1]), (out, level), (back, level), (back, end[1]), end])


def _is_free(row: int, column: int, to_column: int, taken: frozenset[tuple[int, int]]) -> bool:
    """Whether no brick stands in the row from the gap behind a column to the gap before another."""
    between = range(min(column + 1, to_column), max(column + 1, to_column))
    return not any((one, row) in taken for one in between)


def _between_rows(row: int, to_row: int, lane: int, measures: Measures) -> float:
    """A height below the source's row, or above it where the target stands higher."""
    upper = row - 1 if to_row < row else row
    edge = measures.corner((0, upper))[1] + measures.height
    return edge + 4 + lane * (measures.rise - 14) / _LANES


def _without_doubles(points: list[Point]) -> list[Point]:
    """Without points at which the line does not turn."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return kept


def line(points: Sequence[Point]) -> str:
    """The `d` of an SVG path through the corners, which are round."""
    drawn = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (ax, ay), (bx, by) = _toward(corner, before), _toward(corner, after)
        drawn.append(f"L{ax:.1f} {ay:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {bx:.1f} {by:.1f}")
    drawn.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(drawn)


def _toward(corner: Point, other: Point) -> Point:
    """The point where the curve around a corner begins."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(_CORNER, length / 2) / length if length else 0.0
    return corner[0] + dx * share, corner[1] + dy * share
