"""PutMetricData."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.bricks.cloudwatch.aggregates import Aggregate, of_summary
from brickline.bricks.cloudwatch.refusals import invalid_combination, invalid_value, missing
from brickline.bricks.cloudwatch.series import Metric, Moment, SeriesStore

_MOST_DATA, _MOST_VALUES = 1000, 150
_LARGEST = 2.0**360
_OLDEST, _LATEST = 14 * 86400, 2 * 3600
_MINUTE = 60


class PutMetricData:
    """The operation. Data are added up by the minute at once."""

    def __init__(self, series: SeriesStore) -> None:
        self._series = series

    def put_metric_data(self, context: Context, request: Shape) -> Shape:
        namespace = request["Namespace"]
        if namespace.startswith("AWS/") and not context.principal.endswith(".amazonaws.com"):
            raise invalid_value(f"The value {namespace} for parameter Namespace is invalid: AWS/ is for services.")
        data = [*_data(request)]
        if not data:
            raise missing("The parameter MetricData is required.")
        if len(data) > _MOST_DATA:
            raise invalid_value(f"The collection MetricData must not have a size greater than {_MOST_DATA}.")
        added: dict[Metric, dict[Moment, Aggregate]] = defaultdict(lambda: defaultdict(Aggregate))
        now = clock.now()
        for number, datum in enumerate(data, 1):
            path = f"MetricData.member.{number}"
            metric = _metric(path, namespace, datum)
            added[metric][_moment(path, datum, now)].merge(_values(path, datum))
        self._series.add(context, added)
        return {}


def _data(request: Shape) -> Iterator[Shape]:
    """Those of entities are metrics like any other."""
    yield from request.get("MetricData") or ()
    for entity in request.get("EntityMetricData") or ():
        yield from entity.get("MetricData") or ()


def _metric(path: str, namespace: str, datum: Shape) -> Metric:
    metric = Metric.of(namespace, datum["MetricName"], datum.get("Dimensions"))
    if len({name for name, _ in metric.dimensions}) < len(metric.dimensions):
        raise invalid_value(f"The parameter {path}.Dimensions must not name a dimension twice.")
    return metric


def _moment(path: str, datum: Shape, now: float) -> Moment:
    when = datum.get("Timestamp", now)
    if when > now + _LATEST:
        raise invalid_value(f"The parameter {path}.Timestamp must specify a time no more than two hours in the future.")
    if when < now - _OLDEST:
        raise invalid_value(f"The parameter {path}.Timestamp must specify a time within the past two weeks.")
    resolution = datum.get("StorageResolution", _MINUTE)
    if resolution not in (1, _MINUTE):
        raise invalid_value(f"The parameter {path}.StorageResolution is {resolution}; it must be 1 or {_MINUTE}.")
    return Moment(int(when // resolution) * resolution, resolution, datum.get("Unit", "None"))


def _values(path: str, datum: Shape) -> Aggregate:
    given = [member for member in ("Value", "Values", "StatisticValues") if member in datum]
    if not given:
        raise missing(f"The parameter {path}.Value is required: it, Values, or StatisticValues.")
    if len(given) > 1:
        raise invalid_combination(
            f"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive and you have specified "
            "both."
        )
    if "StatisticValues" in datum:
        return _summary(f"{path}.StatisticValues", datum["StatisticValues"])
    values = datum["Values"] if "Values" in datum else [datum["Value"]]
    return _distribution(path, values, datum.get("Counts"))


def _distribution(path: str, values: list[float], counts: list[float] | None) -> Aggregate:
    if not 0 < len(values) <= _MOST_VALUES:
        raise invalid_value(f"The collection {path}.Values must have a size of 1 to {_MOST_VALUES}.")
    if counts is not None and len(counts) != len(values):
        raise invalid_value(f"The parameters {path}.Values and {path}.Counts must be of the same size.")
    found = Aggregate()
    for value, count in zip(values, counts or [1.0] * len(values), strict=True):
        _check_number(f"{path}.Value", value)
        _check_number(f"{path}.Counts", count)
        if count > 0:
            found.add(value, count)
    return found


def _summary(path: str, given: Shape) -> Aggregate:
    for member, value in given.items():
        _check_number(f"{path}.{member}", value)
    least, most, count = given["Minimum"], given["Maximum"], given["SampleCount"]
    if least > most or count <= 0:
        raise invalid_value(
            f"The parameter {path} must have a Minimum of at most its Maximum, and a SampleCount above 0."
        )
    return of_summary(count, given["Sum"], least, most)


def _check_number(path: str, value: float) -> None:
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise invalid_value(f"The value {value} for parameter {path} is invalid: it has to be a number within 2^360.")
