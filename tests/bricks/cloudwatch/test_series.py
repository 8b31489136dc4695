"""Metrics and points in every store that there is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from brickline.baseplate.store import Store
from brickline.bricks.cloudwatch.aggregates import Aggregate
from brickline.bricks.cloudwatch.series import Metric, Moment, SeriesStore

ONE: Any = SimpleNamespace(account="111111111111", region="us-east-1")
OTHER: Any = SimpleNamespace(account="222222222222", region="us-east-1")
METRIC = Metric("app", "latency", (("Host", "a"),))
MINUTE = Moment(1_800_000_000, 60, "None")


def values(*given: float) -> Aggregate:
    found = Aggregate()
    for value in given:
        found.add(value)
    return found


def test_points_are_merged_and_belong_to_an_account(store: Store) -> None:
    series = SeriesStore(store)
    series.add(ONE, {METRIC: {MINUTE: values(1, 2)}})
    series.add(ONE, {METRIC: {MINUTE: values(30)}, Metric("app", "other"): {MINUTE: values(5)}})
    series.add(OTHER, {METRIC: {MINUTE: values(7)}})
    ((moment, found),) = series.read(ONE, METRIC, MINUTE.time, MINUTE.time + 60, 60, None)
    assert (moment, found.count, found.total, found.least, found.most) == (MINUTE, 3, 33, 1, 30)
    assert found.percentile(100) == 30
    assert series.read(ONE, METRIC, MINUTE.time + 1, MINUTE.time + 60, 60, None) == []
    assert series.read(ONE, METRIC, MINUTE.time, MINUTE.time + 60, 1, None) == []
    listed = series.metrics(ONE, "app", None, MINUTE.time, 0, 10)
    assert [metric for _, metric in listed] == [METRIC, Metric("app", "other")]
    assert series.metrics(ONE, None, None, MINUTE.time + 1, 0, 10) == []
