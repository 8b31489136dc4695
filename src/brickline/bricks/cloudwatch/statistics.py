"""Statistics by their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from brickline.bricks.cloudwatch.aggregates import Aggregate
from brickline.bricks.cloudwatch.refusals import invalid_value

Statistic = Callable[[Aggregate], "float | None"]

SIMPLE: Mapping[str, Statistic] = {
    "SampleCount": lambda found: found.count,
    "Average": lambda found: found.total / found.count if found.count else None,
    "Sum": lambda found: found.total,
    "Minimum": lambda found: found.least,
    "Maximum": lambda found: found.most,
}

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_TRIMMED = re.compile(r"tm(\d{1,2}(?:\.\d{1,10})?)")
_TRIMMED_BETWEEN = re.compile(r"TM\((\d{0,2}(?:\.\d+)?)%?:(\d{0,3}(?:\.\d+)?)%?\)")


def statistic(name: str) -> Statistic:
    """What gives `Average`, `p99.9`, `tm90`, `TM(10%:90%)` or `IQM` of values. Refused where there is none."""
    if name in SIMPLE:
        return SIMPLE[name]
    if found := _PERCENTILE.fullmatch(name):
        percent = float(found[1])
        return lambda values: values.percentile(percent)
    low, high = _trimmed(name)
    return lambda values: values.trimmed_mean(low, high)


def _trimmed(name: str) -> tuple[float, float]:
    if name == "IQM":
        return 25.0, 75.0
    if found := _TRIMMED.fullmatch(name):
        return 0.0, float(found[1])
    found = _TRIMMED_BETWEEN.fullmatch(name)
    low, high = (float(found[1] or 0), float(found[2] or 100)) if found else (100.0, 0.0)
    if low >= high or high > 100:
        raise invalid_value(
            f"The value {name} for parameter Stat is not supported: there are {', '.join(SIMPLE)}, percentiles "
            "(p99.9), trimmed means (tm90, TM(10%:90%)) and IQM"
        )
    return low, high
