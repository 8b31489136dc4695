"""ListMetrics."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.bricks.cloudwatch.refusals import invalid_value
from brickline.bricks.cloudwatch.series import Metric, SeriesStore

_PAGE = 500
_RECENT, _KNOWN = 3 * 3600, 14 * 86400
"""Seconds since a metric's last value for it to be recently active, and to be listed at all."""


class ListMetrics:
    """The operation."""

    def __init__(self, series: SeriesStore) -> None:
        self._series = series

    def list_metrics(self, context: Context, request: Shape) -> Shape:
        seconds = _RECENT if "RecentlyActive" in request else _KNOWN
        after = _place(request.get("NextToken"))
        filters = request.get("Dimensions") or ()
        found: list[Shape] = []
        while True:
            batch = self._series.metrics(
                context, request.get("Namespace"), request.get("MetricName"), clock.now() - seconds, after, _PAGE
            )
            for after, metric in batch:
                if _has(metric, filters):
                    found.append(metric.shape)
                if len(found) == _PAGE:
                    return {"Metrics": found, "NextToken": str(after)}
            if len(batch) < _PAGE:
                return {"Metrics": found}


def _place(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise invalid_value("The token is not valid: NextToken has to be one that ListMetrics has given.")
    return int(token)


def _has(metric: Metric, filters: Sequence[Shape]) -> bool:
    """Whether a metric has every dimension that is named, with the value where one is."""
    own = dict(metric.dimensions)
    return all(one["Name"] in own and one.get("Value", own[one["Name"]]) == own[one["Name"]] for one in filters)
