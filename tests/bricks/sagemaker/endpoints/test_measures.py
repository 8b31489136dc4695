from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.endpoints.measures import Measurement, Measures


class Metrics:
    """A CloudWatch that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Shape] = []

    def put_metric_data(self, _context: Context, request: Shape) -> Shape:
        self.told.append(request)
        return {}


def test_measurements_are_sent_with_every_value_that_came(make_baseplate: Callable[..., Baseplate]) -> None:
    metrics = Metrics()
    baseplate = make_baseplate({"cloudwatch": lambda _: Brick("cloudwatch", (metrics,))})
    measures, context = Measures(baseplate), baseplate.context()
    for model, status in ((0.001, 200), (0.001, 200), (0.002, 415), (0.003, 500)):
        measures.add(context, "e", "v", Measurement(model, 0.0005, status, instances=2))
    measures.close()
    [request] = metrics.told
    assert request["Namespace"] == "AWS/SageMaker"
    found = {one["MetricName"]: one for one in request["MetricData"]}
    assert found["ModelLatency"]["Dimensions"] == [
        {"Name": "EndpointName", "Value": "e"},
        {"Name": "VariantName", "Value": "v"},
    ]
    assert (_values(found["ModelLatency"]), found["ModelLatency"]["Unit"]) == (
        {1000.0: 2.0, 2000.0: 1.0, 3000.0: 1.0},
        "Microseconds",
    )
    assert _values(found["Invocations"]) == {1.0: 4.0}
    assert _values(found["InvocationsPerInstance"]) == {0.5: 4.0}
    assert _values(found["Invocation4XXErrors"]) == {0.0: 3.0, 1.0: 1.0}
    assert _values(found["Invocation5XXErrors"]) == {0.0: 3.0, 1.0: 1.0}


def test_without_a_cloudwatch_nothing_is_kept(make_baseplate: Callable[..., Baseplate]) -> None:
    baseplate = make_baseplate({})
    measures = Measures(baseplate)
    measures.add(baseplate.context(), "e", "v", Measurement(0.1, 0.1, 200, 1))
    measures.close()
    assert not measures._new


def test_many_values_are_sent_in_pieces(make_baseplate: Callable[..., Baseplate]) -> None:
    metrics = Metrics()
    baseplate = make_baseplate({"cloudwatch": lambda _: Brick("cloudwatch", (metrics,))})
    measures = Measures(baseplate)
    for number in range(400):
        measures.add(baseplate.context(), "e", "v", Measurement(number / 1e6, 0.0, 200, 1))
    measures.close()
    latencies = [one for one in metrics.told[0]["MetricData"] if one["MetricName"] == "ModelLatency"]
    assert [len(one["Values"]) for one in latencies] == [150, 150, 100]


def _values(datum: Any) -> dict[float, float]:
    return dict(zip(datum["Values"], datum["Counts"], strict=True))


def test_what_an_endpoint_measures_stands_in_cloudwatch_at_the_latest_when_the_server_stops(start: Any) -> None:
    account = start()
    account.endpoint(account.config(account.model()))
    for _ in range(3):
        account.invoke(b"1")
    account.baseplate.close()
    account = start()
    now = clock.now()
    found = account.context.call(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "v0"}],
        StartTime=now - 3600,
        EndTime=now + 60,
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(one["Sum"] for one in found["Datapoints"]) == 3.0
