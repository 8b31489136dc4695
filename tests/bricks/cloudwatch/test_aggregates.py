"""Values added up: percentiles within a hundredth, and statistics by their names."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickline.baseplate.errors import Refused
from brickline.bricks.cloudwatch.aggregates import Aggregate, merged, of_summary
from brickline.bricks.cloudwatch.statistics import statistic


def aggregate(*values: float) -> Aggregate:
    found = Aggregate()
    for value in values:
        found.add(value)
    return found


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-9), min_size=1), st.data())
def test_percentiles_are_within_a_hundredth(values: list[float], data: st.DataObject) -> None:
    percent = data.draw(st.floats(0.1, 100))
    found = aggregate(*values).percentile(percent)
    assert found is not None
    true = sorted(values)[max(-int(-percent / 100 * len(values) // 1) - 1, 0)]
    assert found == pytest.approx(true, rel=0.011, abs=1e-12)


def test_percentiles_of_many_values_that_come_in_parts() -> None:
    chance = random.Random(1)
    values = [chance.lognormvariate(0, 2) for _ in range(10_000)]
    whole = merged(aggregate(*values[start : start + 1000]) for start in range(0, 10_000, 1000))
    for percent in (50, 90, 99, 99.9):
        true = sorted(values)[int(percent / 100 * len(values)) - 1]
        assert whole.percentile(percent) == pytest.approx(true, rel=0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 4),
        ("Sum", 10),
        ("Average", 2.5),
        ("Minimum", 1),
        ("Maximum", 4),
        ("p100", 4),
        ("p50", 2),
        ("tm50", 1.5),
        ("TM(25%:75%)", 2.5),
        ("TM(50%:)", 3.5),
        ("IQM", 2.5),
    ],
)
def test_statistics_by_name(name: str, value: float) -> None:
    assert statistic(name)(aggregate(1, 2, 3, 4)) == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize("name", ["", "p", "p101", "median", "TM(90%:10%)", "tm", "P50"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="is not supported"):
        statistic(name)


def test_of_sums_only_percentiles_are_not_known() -> None:
    summary = of_summary(3, 6, 1, 3)
    assert (summary.percentile(50), summary.trimmed_mean(0, 50)) == (None, None)
    assert of_summary(3, 6, 2, 2).percentile(50) == 2
    assert merged([aggregate(1), summary]).percentile(50) is None
    assert merged([aggregate(1), summary]).total == 7
