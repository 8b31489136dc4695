"""PutMetricData, GetMetricStatistics, GetMetricData and ListMetrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

DIMENSIONS = [{"Name": "Job", "Value": "a"}, {"Name": "Host", "Value": "1"}]


class Watch:
    """CloudWatch as one account sees it; times are counted from a full hour some hours ago."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.start = clock.now() // 3600 * 3600 - 4 * 3600

    def __call__(self, operation: str, **request: Any) -> Shape:
        return self.context.call("cloudwatch", operation, **request)

    def put(self, *data: Shape, namespace: str = "app", at: float = 0, **datum: Any) -> None:
        given = [*data, *([{"MetricName": "latency", **datum}] if datum else [])]
        self("PutMetricData", Namespace=namespace, MetricData=[{"Timestamp": self.start + at, **one} for one in given])

    def statistics(self, *names: str, period: int = 60, end: float = 3600, **request: Any) -> list[Shape]:
        member = "ExtendedStatistics" if names[0].startswith("p") else "Statistics"
        answer = self(
            "GetMetricStatistics",
            **{"Namespace": "app", "MetricName": "latency", "Period": period, member: [*names], **request},
            StartTime=self.start,
            EndTime=self.start + end,
        )
        return [{**point, "Timestamp": point["Timestamp"] - self.start} for point in answer["Datapoints"]]

    def data(self, *queries: Shape, end: float = 3600, **request: Any) -> Shape:
        times = {"StartTime": self.start, "EndTime": self.start + end}
        return self("GetMetricData", MetricDataQueries=[*queries], **times, **request)


def query(name: str = "m", stat: str = "Sum", period: int = 60, **more: Any) -> Shape:
    metric = {"Namespace": "app", "MetricName": "latency"}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}


@pytest.fixture
def watch(make_baseplate: Callable[..., Baseplate]) -> Watch:
    return Watch(make_baseplate().context())


def test_values_are_added_up_by_the_minute(watch: Watch) -> None:
    watch.put(Value=1.0, at=5)
    watch.put(Value=3.0, at=55)
    watch.put(Values=[10.0, 20.0], Counts=[1.0, 3.0], at=60)
    assert watch.statistics("Sum", "Average", "SampleCount", "Minimum", "Maximum") == [
        {"Timestamp": 0, "Unit": "None", "Sum": 4, "Average": 2, "SampleCount": 2, "Minimum": 1, "Maximum": 3},
        {"Timestamp": 60, "Unit": "None", "Sum": 70, "Average": 17.5, "SampleCount": 4, "Minimum": 10, "Maximum": 20},
    ]
    assert [point["Sum"] for point in watch.statistics("Sum", period=3600)] == [74]
    assert watch.statistics("Sum", end=60)[-1]["Timestamp"] == 0


def test_percentiles(watch: Watch) -> None:
    watch.put(Values=[float(value) for value in range(1, 101)])
    watch.put(Values=[float(value) for value in range(101, 201)], at=60)
    (point,) = watch.statistics("p50", "p99", period=300)
    assert point["ExtendedStatistics"] == {"p50": pytest.approx(100, rel=0.01), "p99": pytest.approx(198, rel=0.01)}


def test_seconds_are_kept_apart_where_that_is_asked_for(watch: Watch) -> None:
    for second in range(3):
        watch.put(Value=1.0, StorageResolution=1, at=second)
    assert len(watch.statistics("Sum", period=1, end=60)) == 3
    assert [point["Sum"] for point in watch.statistics("Sum")] == [3]


def test_metrics_differ_by_dimensions_and_units(watch: Watch) -> None:
    watch.put(Value=1.0, Dimensions=DIMENSIONS)
    watch.put(Value=2.0, Unit="Seconds")
    watch.put(Value=4.0)
    assert [point["Sum"] for point in watch.statistics("Sum", Dimensions=DIMENSIONS[::-1])] == [1]
    assert {point["Unit"]: point["Sum"] for point in watch.statistics("Sum")} == {"Seconds": 2, "None": 4}
    assert [point["Sum"] for point in watch.statistics("Sum", Unit="Seconds")] == [2]


def test_data_of_several_queries_the_newest_first(watch: Watch) -> None:
    watch.put(Value=2.0)
    watch.put(Value=6.0, at=60)
    halved = {"Id": "half", "Expression": "m / 2", "Label": "half of it"}
    answer = watch.data(query("m"), halved, query("none", stat="p50"))
    m, half, p50 = answer["MetricDataResults"]
    assert (m["Label"], m["Values"], m["StatusCode"]) == ("latency", [6, 2], "Complete")
    assert [time - watch.start for time in m["Timestamps"]] == [60, 0]
    assert (half["Label"], half["Values"]) == ("half of it", [3, 1])
    assert p50["Values"] == [6, 2]
    hidden = watch.data(query("m", ReturnData=False), {"Id": "e", "Expression": "m * 2"}, ScanBy="TimestampAscending")
    assert [result["Values"] for result in hidden["MetricDataResults"]] == [[4, 12]]


def test_data_come_in_pages(watch: Watch) -> None:
    for minute in range(5):
        watch.put(Value=float(minute), at=minute * 60)
    found: list[float] = []
    token: Shape = {}
    while True:
        page = watch.data(query(), ScanBy="TimestampAscending", MaxDatapoints=2, **token)
        found += page["MetricDataResults"][0]["Values"]
        if "NextToken" not in page:
            break
        assert page["MetricDataResults"][0]["StatusCode"] == "PartialData"
        token = {"NextToken": page["NextToken"]}
    assert found == [0, 1, 2, 3, 4]


def test_metrics_are_listed(watch: Watch) -> None:
    watch.put(Value=1.0, Dimensions=DIMENSIONS)
    watch.put(Value=1.0, namespace="other", at=4 * 3600)
    names = [metric["Namespace"] for metric in watch("ListMetrics")["Metrics"]]
    assert names == ["app", "other"]
    (found,) = watch("ListMetrics", Namespace="app", Dimensions=[{"Name": "Job"}])["Metrics"]
    assert found["Dimensions"] == sorted(DIMENSIONS, key=lambda one: one["Name"])
    assert watch("ListMetrics", Dimensions=[{"Name": "Job", "Value": "b"}])["Metrics"] == []
    recent = watch("ListMetrics", RecentlyActive="PT3H")["Metrics"]
    assert [metric["Namespace"] for metric in recent] == ["other"]
    watch.put(*({"MetricName": f"m{number}", "Value": 1.0} for number in range(600)))
    page = watch("ListMetrics", Namespace="app")
    rest = watch("ListMetrics", Namespace="app", NextToken=page["NextToken"])
    assert (len(page["Metrics"]), len(rest["Metrics"])) == (500, 101)


@pytest.mark.parametrize(
    ("datum", "said"),
    [
        ({}, "Value is required"),
        ({"Value": 1.0, "Values": [1.0]}, "mutually exclusive"),
        ({"Value": float("nan")}, "is invalid"),
        ({"Value": 2.0**361}, "is invalid"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "same size"),
        ({"Values": []}, "size of 1 to 150"),
        ({"Value": 1.0, "Timestamp": 0.0}, "past two weeks"),
        ({"Value": 1.0, "Timestamp": 1e11}, "in the future"),
        ({"Value": 1.0, "StorageResolution": 7}, "must be 1 or 60"),
        ({"Value": 1.0, "Dimensions": [DIMENSIONS[0], DIMENSIONS[0]]}, "twice"),
        ({"StatisticValues": {"SampleCount": 1.0, "Sum": 1.0, "Minimum": 2.0, "Maximum": 1.0}}, "Minimum"),
    ],
)
def test_data_that_cannot_be_are_refused(watch: Watch, datum: Shape, said: str) -> None:
    with pytest.raises(Refused, match=said):
        watch.put({"MetricName": "latency", **datum})
    assert watch("ListMetrics")["Metrics"] == []


def test_the_namespaces_of_aws_are_its_services_own(watch: Watch) -> None:
    with pytest.raises(Refused, match="Namespace is invalid"):
        watch.put(Value=1.0, namespace="AWS/SageMaker")
    service = Watch(replace(watch.context, principal="sagemaker.amazonaws.com"))
    service.put(Value=1.0, namespace="AWS/SageMaker")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Period": 7}, "InvalidParameterValue"),
        ({"EndTime": 0.0}, "InvalidParameterValue"),
        ({"ExtendedStatistics": ["p50"]}, "InvalidParameterCombination"),
        ({"Statistics": ["Sum"], "Period": 1}, "InvalidParameterCombination"),
    ],
)
def test_statistics_that_cannot_be_are_refused(watch: Watch, request_: Shape, code: str) -> None:
    request = {"Namespace": "app", "MetricName": "m", "StartTime": 0.0, "EndTime": 3600.0, "Period": 60}
    with pytest.raises(Refused) as refused:
        watch("GetMetricStatistics", **{**request, "Statistics": ["Sum"], **request_})
    assert refused.value.code == code
