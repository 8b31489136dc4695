"""Values added up: count, sum, extremes, and a sketch of how they are distributed. Pure.

The sketch counts values in classes that grow by two hundredths (the idea of DDSketch), so that percentiles are within a
hundredth of the true value however large it is; sketches are merged by adding their counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_ERROR = 0.01
_GROWTH = (1 + _ERROR) / (1 - _ERROR)
_LOG_GROWTH = math.log(_GROWTH)
_ZERO = "0"

Sketch = dict[str, float]
"""Class -> count. A class is `0`, or a sign and the logarithm: `+12`, `--3`."""


@dataclass
class Aggregate:
    """Of the values in a stretch of time. Without a sketch, some came as sums only: percentiles are not known."""

    count: float = 0.0
    total: float = 0.0
    least: float = math.inf
    most: float = -math.inf
    sketch: Sketch | None = field(default_factory=dict)

    def add(self, value: float, count: float = 1.0) -> None:
        self.merge(Aggregate(count, value * count, value, value, {_class_of(value): count}))

    def merge(self, other: Aggregate) -> None:
        self.count += other.count
        self.total += other.total
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)
        if self.sketch is None or other.sketch is None:
            self.sketch = None
            return
        for name, count in other.sketch.items():
            self.sketch[name] = self.sketch.get(name, 0.0) + count

    def percentile(self, percent: float) -> float | None:
        """The smallest value that so many hundredths of all are not above; None where that is not known."""
        if not self.sketch or not self.count:
            return None
        wanted, seen = percent / 100 * self.count, 0.0
        for value, count in _classes(self.sketch):
            seen += count
            if seen >= wanted - 1e-9:
                return self._within(value)
        return self.most

    def trimmed_mean(self, low: float, high: float) -> float | None:
        """The mean of what lies between two percentiles; None where that is not known."""
        if not self.sketch or not self.count:
            return None
        first, last = low / 100 * self.count, high / 100 * self.count
        seen = total = weight = 0.0
        for value, count in _classes(self.sketch):
            part = max(min(seen + count, last) - max(seen, first), 0.0)
            total, weight, seen = total + self._within(value) * part, weight + part, seen + count
        return total / weight if weight else None

    def _within(self, value: float) -> float:
        return min(max(value, self.least), self.most)


def merged(aggregates: Iterable[Aggregate]) -> Aggregate:
    whole = Aggregate()
    for one in aggregates:
        whole.merge(one)
    return whole


def of_summary(count: float, total: float, least: float, most: float) -> Aggregate:
    """Values that are known by their sums only."""
    sketch = {_class_of(least): count} if least == most else None
    return Aggregate(count, total, least, most, sketch)


def _class_of(value: float) -> str:
    if value == 0:
        return _ZERO
    return f"{'+' if value > 0 else '-'}{math.ceil(math.log(abs(value)) / _LOG_GROWTH)}"


def _value_of(name: str) -> float:
    if name == _ZERO:
        return 0.0
    middle = 2 * math.exp(int(name[1:]) * _LOG_GROWTH) / (_GROWTH + 1)
    return middle if name[0] == "+" else -middle


def _classes(sketch: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """Values with their counts, in ascending order."""
    yield from sorted((_value_of(name), count) for name, count in sketch.items())
