"""Line charts as SVG that the server draws: no script, and no inline style (the policy forbids both).

Colours and strokes are classes of console.css, so that both themes have their own. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

_WIDTH, _HEIGHT = 480, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 12, 28
_TICKS = 4
_MOST_POINTS = 400
_MOST_DOTS = 60
_COLOURS = 6


@dataclass(frozen=True)
class Series:
    """A line: points (x, y) in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Lines over one axis. `is_time`: x is in epoch seconds. `unit` stands beside the values."""

    title: str
    series: Sequence[Series] = field(default=())
    unit: str = ""
    is_time: bool = True
    from_zero: bool = False
    span: tuple[float, float] | None = None
    """The axis from and to here; None for as far as the points go."""


def draw(chart: Chart) -> Markup:
    """The chart as a figure: caption, SVG with a text for who does not see it, and a legend where lines are several."""
    series = [Series(one.name, _finite(one.points)) for one in chart.series]
    series = [one for one in series if one.points]
    if not series:
        return Markup("")
    frame = _frame(chart, series)
    svg = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, summary(chart), Markup("").join([*_grid(frame), *_lines(frame, series, chart.unit)])
    )
    caption = Markup("<figcaption>{}{}</figcaption>").format(
        chart.title, Markup(' <span class="quiet-text">{}</span>').format(chart.unit) if chart.unit else ""
    )
    return Markup('<figure class="figure">{}{}{}</figure>').format(caption, svg, _legend(series))


def summary(chart: Chart) -> str:
    """`train:auc: 60 points, from 0.61 to 0.77, last 0.77`, line by line."""
    parts = []
    for one in chart.series:
        values = [y for _, y in _finite(one.points)]
        if values:
            lowest, highest = number(min(values)), number(max(values))
            name = f"{one.name}: " if len(chart.series) > 1 else ""
            parts.append(f"{name}{len(values)} points, from {lowest} to {highest}, last {number(values[-1])}")
    return f"{chart.title}: {'; '.join(parts)}"


def number(value: float) -> str:
    """Four significant digits, and thousands marked: `0.6978`, `12,198`, `1.2e-07`."""
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def ticks(low: float, high: float, most: int = _TICKS) -> list[float]:
    """Round numbers that span the range: 1, 2 or 5 times a power of ten apart."""
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * index, 12) for index in range(first, last + 1)]


@dataclass(frozen=True)
class _Frame:
    """From values to places in the picture."""

    left: float
    right: float
    values: Sequence[float]
    is_time: bool

    def x(self, value: float) -> float:
        share = (value - self.left) / (self.right - self.left) if self.right > self.left else 0.5
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        low, high = self.values[0], self.values[-1]
        return round(_HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _frame(chart: Chart, series: Sequence[Series]) -> _Frame:
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points]
    low, high = min(ys), max(ys)
    if chart.from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high == 0:
        high = 1.0
    elif low == high:
        low, high = low - abs(low) / 2, high + abs(high) / 2
    left, right = chart.span or (min(xs), max(xs))
    return _Frame(left, right, ticks(low, high), chart.is_time)


def _grid(frame: _Frame) -> Iterator[Markup]:
    for value in frame.values:
        y = frame.y(value)
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, _WIDTH - _RIGHT, y, y)
        yield Markup('<text class="tick end" x="{}" y="{}">{}</text>').format(_LEFT - 7, y + 4, number(value))
    places = _x_ticks(frame)
    for index, value in enumerate(places):
        side = "start" if index == 0 and len(places) > 1 else "end" if 0 < index == len(places) - 1 else "middle"
        text = _clock(value, frame) if frame.is_time else number(value)
        yield Markup('<text class="tick {}" x="{}" y="{}">{}</text>').format(side, frame.x(value), _HEIGHT - 8, text)


def _x_ticks(frame: _Frame) -> list[float]:
    if frame.left == frame.right:
        return [frame.left]
    if frame.is_time:
        return [frame.left + (frame.right - frame.left) * part / 2 for part in range(3)]
    whole = [value for value in ticks(frame.left, frame.right) if frame.left <= value <= frame.right]
    return [value for value in whole if float(value).is_integer()] or [frame.left, frame.right]


def _clock(value: float, frame: _Frame) -> str:
    moment = datetime.fromtimestamp(value).astimezone()
    span = frame.right - frame.left
    if 0 < span < 10:
        return f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}"
    return f"{moment:%H:%M:%S}" if span < 3600 else f"{moment:%H:%M}" if span < 86400 else f"{moment:%m-%d %H:%M}"


def _lines(frame: _Frame, series: Sequence[Series], unit: str) -> Iterator[Markup]:
    for index, one in enumerate(series):
        points = _thinned(one.points)
        path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in points)
        colour = index % _COLOURS + 1
        yield Markup('<polyline class="line series-{}" points="{}"/>').format(colour, path)
        if len(points) > _MOST_DOTS:
            points = points[-1:]
        for x, y in points:
            said = f"{one.name}: {number(y)} {unit}".strip()
            place = _clock(x, frame) if frame.is_time else number(x)
            yield Markup('<circle class="dot series-{}" cx="{}" cy="{}" r="3"><title>{} ({})</title></circle>').format(
                colour, frame.x(x), frame.y(y), said, place
            )


def _legend(series: Sequence[Series]) -> Markup:
    if len(series) < 2:
        return Markup("")
    items = [
        Markup('<li><span class="swatch series-{}"></span>{}</li>').format(index % _COLOURS + 1, one.name)
        for index, one in enumerate(series)
    ]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Of very many points, evenly some, and always the last."""
    if len(points) <= _MOST_POINTS:
        return points
    step = math.ceil(len(points) / _MOST_POINTS)
    return [*points[:-1:step], points[-1]]


def _finite(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
