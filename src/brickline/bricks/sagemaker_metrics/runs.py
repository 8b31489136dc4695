"""BatchPutMetrics and BatchGetMetrics: points of trial components."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.metrics import Metrics, Point, Summary, summary

_STATISTICS: Mapping[str, Callable[[Summary], float]] = {
    "Min": lambda found: found.smallest,
    "Max": lambda found: found.largest,
    "Avg": lambda found: found.mean,
    "Count": lambda found: float(found.count),
    "StdDev": lambda found: found.deviation,
    "Last": lambda found: found.last,
}
_PERIODS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}


class RunMetrics:
    """The operations."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._metrics = Metrics(baseplate.store)

    def batch_put_metrics(self, context: Context, request: Shape) -> Shape:
        name = request["TrialComponentName"]
        component = context.call("sagemaker", "DescribeTrialComponent", TrialComponentName=name)
        new = (
            Point(raw["MetricName"], raw["Timestamp"], raw["Value"], raw.get("Step")) for raw in request["MetricData"]
        )
        self._metrics.put(component["TrialComponentArn"], new)
        return {"Errors": []}

    def batch_get_metrics(self, _context: Context, request: Shape) -> Shape:
        return {"MetricQueryResults": [self._answer(query) for query in request["MetricQueries"]]}

    def _answer(self, query: Shape) -> Shape:
        by_step = query["XAxisType"] == "IterationNumber"
        buckets: dict[int, list[Point]] = {}
        for point in self._metrics.points(query["ResourceArn"], query["MetricName"]):
            place = point.step if by_step else int(point.time)
            if place is not None and query.get("Start", place) <= place <= query.get("End", place):
                buckets.setdefault(_bucket(place, query["Period"]), []).append(point)
        statistic = _STATISTICS[query["MetricStat"]]
        places = sorted(buckets)
        return {
            "Status": "Complete",
            "XAxisValues": places,
            "MetricValues": [statistic(summary(buckets[place])) for place in places],
        }


def _bucket(place: int, period: str) -> int:
    """The start of the period that `place` lies in; iterations are their own."""
    seconds = _PERIODS.get(period, 1)
    return place // seconds * seconds
