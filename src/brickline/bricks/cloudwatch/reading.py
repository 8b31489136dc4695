"""GetMetricStatistics and GetMetricData."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.cloudwatch import expressions
from brickline.bricks.cloudwatch.aggregates import Aggregate
from brickline.bricks.cloudwatch.refusals import invalid_combination, invalid_value
from brickline.bricks.cloudwatch.series import Metric, SeriesStore
from brickline.bricks.cloudwatch.statistics import SIMPLE, statistic

_MINUTE = 60
_FINE_PERIODS = (1, 5, 10, 30)
_MOST_POINTS = 1440
_MOST_DATA = 100_800
_MOST_QUERIES = 500

Line = dict[float, float]
"""Values of a query by their times."""


class GetMetricStatistics:
    """The operation. Periods are counted from StartTime on."""

    def __init__(self, series: SeriesStore) -> None:
        self._series = series

    def get_metric_statistics(self, context: Context, request: Shape) -> Shape:
        period, unit = _period(request["Period"]), request.get("Unit")
        start, end = _times(request)
        names = _statistics(request)
        if (end - start) / period > _MOST_POINTS:
            raise invalid_combination(
                f"You have requested up to {int((end - start) / period):,} datapoints, which exceeds the limit of "
                f"{_MOST_POINTS:,}. You may reduce the datapoints requested by increasing Period, or decreasing the "
                "time range."
            )
        start -= start % min(period, _MINUTE)
        metric = Metric.of(request["Namespace"], request["MetricName"], request.get("Dimensions"))
        found: dict[tuple[float, str], Aggregate] = defaultdict(Aggregate)
        for moment, aggregate in self._series.read(context, metric, start, end, period, unit):
            found[(start + (moment.time - start) // period * period, moment.unit)].merge(aggregate)
        points = [_datapoint(time, unit, names, values) for (time, unit), values in sorted(found.items())]
        return {"Label": metric.name, "Datapoints": points}


class GetMetricData:
    """The operation. Periods are counted from the epoch on."""

    def __init__(self, series: SeriesStore) -> None:
        self._series = series

    def get_metric_data(self, context: Context, request: Shape) -> Shape:
        queries = request["MetricDataQueries"]
        start, end = _times(request)
        _check_queries(queries)
        lines = self._lines(context, queries, start, end)
        is_ascending = request.get("ScanBy") == "TimestampAscending"
        shown = [query for query in queries if query.get("ReturnData", True)]
        results = [_result(query, lines[query["Id"]], is_ascending=is_ascending) for query in shown]
        return _page(results, request.get("NextToken"), request.get("MaxDatapoints") or _MOST_DATA)

    def _lines(self, context: Context, queries: list[Shape], start: float, end: float) -> Mapping[str, Line]:
        lines = {
            query["Id"]: self._line(context, query["MetricStat"], start, end)
            for query in queries
            if "MetricStat" in query
        }
        sources = {query["Id"]: query["Expression"] for query in queries if "Expression" in query}
        try:
            return expressions.evaluated(sources, lines)
        except expressions.BadExpression as error:
            raise Refused("ValidationError", f"Error in expression: {error}") from None

    def _line(self, context: Context, given: Shape, start: float, end: float) -> Line:
        metric = Metric.of(
            given["Metric"]["Namespace"], given["Metric"]["MetricName"], given["Metric"].get("Dimensions")
        )
        period, value_of = _period(given["Period"]), statistic(given["Stat"])
        found: dict[float, Aggregate] = defaultdict(Aggregate)
        first = start - start % period
        for moment, aggregate in self._series.read(context, metric, first, end, period, given.get("Unit")):
            found[moment.time - moment.time % period].merge(aggregate)
        values = {float(time): value_of(aggregate) for time, aggregate in sorted(found.items())}
        return {time: value for time, value in values.items() if value is not None}


def _period(period: int) -> int:
    if period not in _FINE_PERIODS and period % _MINUTE:
        raise invalid_value(f"The parameter Period is {period}; it must be 1, 5, 10, 30, or a multiple of {_MINUTE}.")
    return period


def _times(request: Shape) -> tuple[float, float]:
    start, end = request["StartTime"], request["EndTime"]
    if start >= end:
        raise invalid_value("The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def _statistics(request: Shape) -> list[str]:
    simple, extended = request.get("Statistics") or [], request.get("ExtendedStatistics") or []
    if bool(simple) == bool(extended):
        raise invalid_combination("Exactly one of the parameters Statistics and ExtendedStatistics must be specified.")
    return [*simple, *extended]


def _datapoint(time: float, unit: str, names: list[str], values: Aggregate) -> Shape:
    found = {name: statistic(name)(values) for name in names}
    known = {name: value for name, value in found.items() if value is not None}
    point: Shape = {"Timestamp": float(time), "Unit": unit}
    point |= {name: value for name, value in known.items() if name in SIMPLE}
    if extended := {name: value for name, value in known.items() if name not in SIMPLE}:
        point["ExtendedStatistics"] = extended
    return point


def _check_queries(queries: list[Shape]) -> None:
    if len(queries) > _MOST_QUERIES:
        raise Refused(
            "ValidationError", f"The collection MetricDataQueries must not have a size above {_MOST_QUERIES}."
        )
    for number, query in enumerate(queries, 1):
        path = f"MetricDataQueries.member.{number}"
        if ("MetricStat" in query) == ("Expression" in query):
            raise Refused("ValidationError", f"{path} must have either MetricStat or Expression.")
        metric = query.get("MetricStat", {}).get("Metric")
        if metric is not None and not {"Namespace", "MetricName"} <= metric.keys():
            raise Refused("ValidationError", f"{path}.MetricStat.Metric must have Namespace and MetricName.")
    if twins := [first for first, second in pairwise(sorted(query["Id"] for query in queries)) if first == second]:
        raise Refused(
            "ValidationError", f"The values for parameter id in MetricDataQueries are not unique: {twins[0]}."
        )


def _result(query: Shape, line: Line, *, is_ascending: bool) -> Shape:
    times = sorted(line, reverse=not is_ascending)
    name = query["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in query else query["Id"]
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or name,
        "Timestamps": times,
        "Values": [line[time] for time in times],
        "StatusCode": "Complete",
    }


def _page(results: list[Shape], token: str | None, size: int) -> Shape:
    """So many values of all results, one result after the other; results without a value are on the first page."""
    if token is not None and not token.isdigit():
        raise Refused("InvalidNextToken", "NextToken has to be one that GetMetricData has given.")
    first, place = int(token or 0), 0
    last = first + size
    shown = []
    for result in results:
        count = len(result["Values"])
        low, high = max(first - place, 0), min(last - place, count)
        if low < high or (count == 0 and token is None):
            status = "Complete" if high >= count else "PartialData"
            part = {member: result[member][low:high] for member in ("Timestamps", "Values")}
            shown.append({**result, **part, "StatusCode": status})
        place += count
    return {"MetricDataResults": shown, "Messages": [], **({"NextToken": str(last)} if last < place else {})}
