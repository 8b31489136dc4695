"""The state machine by itself: instances are words, time is a number."""

from __future__ import annotations

from typing import Any

from brickline.bricks.sagemaker.endpoints.fleets import Deployment, Fleet, Fleets, Variant
from brickline.bricks.sagemaker.endpoints.transitions import Observed, Progress

READY, FAILED = Observed("ready", served=1.0), Observed("failed", "it broke")


class Endpoint:
    """An endpoint whose instances do as a test says."""

    def __init__(self, count: int = 1) -> None:
        self.document: dict[str, Any] = {"EndpointStatus": "Creating", "EndpointConfigName": "first"}
        self.fleets = Fleets([fleet("first", count)], Deployment(started=0.0))
        self.observed: dict[int, Observed] = {}
        self.now = 0.0

    def look(self, seconds: float = 0.0, alarm: str = "", **states: Observed) -> float | None:
        """A later look; `states` are those of instances, `i1` for the first that was made."""
        self.now += seconds
        self.observed |= {int(name[1:]): state for name, state in states.items()}
        return Progress(self.document, self.fleets, self.observed, self.now).advance(alarm)

    def update(self, count: int = 1, **config: Any) -> None:
        self.fleets.fleets.append(fleet("second", count))
        self.fleets.deployment = Deployment(started=self.now, config=config)
        self.document["EndpointStatus"] = "Updating"
        self.look()

    def scale(self, count: int, weight: float = 1.0) -> None:
        self.fleets.deployment = Deployment(started=self.now, desired={"v": {"weight": weight, "count": count}})
        self.document["EndpointStatus"] = "Updating"
        self.look()

    @property
    def status(self) -> str:
        return str(self.document["EndpointStatus"])

    @property
    def numbers(self) -> list[list[int]]:
        return [[instance.number for _, instance in one.instances] for one in self.fleets.fleets]

    @property
    def shares(self) -> list[float]:
        return [one.share for one in self.fleets.fleets]


def fleet(config: str, count: int) -> Fleet:
    return Fleet(config, [Variant("v", {}, {"Containers": [{}]}, 1.0, count)])


def in_service(count: int = 1) -> Endpoint:
    endpoint = Endpoint(count)
    endpoint.look()
    endpoint.look(**{f"i{number}": READY for number in range(1, count + 1)})
    assert endpoint.status == "InService"
    return endpoint


def canary(wait: int, **more: Any) -> dict[str, Any]:
    size = {"Type": "CAPACITY_PERCENT", "Value": 10}
    routing = {"Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": wait}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **more}}


def test_creation_waits_for_every_instance() -> None:
    endpoint = Endpoint(2)
    endpoint.look()
    assert endpoint.numbers == [[1, 2]]
    endpoint.look(i1=READY)
    assert endpoint.status == "Creating"
    endpoint.look(i2=READY)
    assert (endpoint.status, endpoint.shares) == ("InService", [1.0])


def test_creation_fails_with_its_first_instance() -> None:
    endpoint = Endpoint(2)
    endpoint.look()
    endpoint.look(i1=READY, i2=FAILED)
    assert (endpoint.status, endpoint.document["FailureReason"]) == ("Failed", "it broke")
    assert set(endpoint.fleets.leaving) == {"1", "2"}
    endpoint.look()
    assert Progress(endpoint.document, endpoint.fleets, {}, endpoint.now).is_over


def test_an_update_shifts_all_traffic_once_the_new_instances_are_ready() -> None:
    endpoint = in_service(2)
    endpoint.update(count=1)
    assert (endpoint.numbers, endpoint.shares) == ([[1, 2], [3]], [1.0, 0.0])
    endpoint.look(i3=READY)
    assert (endpoint.numbers, endpoint.shares, endpoint.status) == ([[3]], [1.0], "InService")
    assert endpoint.document["EndpointConfigName"] == "second"
    assert set(endpoint.fleets.leaving) == {"1", "2"}


def test_a_canary_bakes_before_the_rest_follows_and_the_old_fleet_waits_for_its_end() -> None:
    endpoint = in_service()
    endpoint.update(**canary(60, TerminationWaitInSeconds=30))
    assert endpoint.look(i2=READY) == 60
    assert endpoint.shares == [0.9, 0.1]
    assert endpoint.look(59) == 1
    assert endpoint.look(1) == 0
    assert endpoint.look() == 60
    assert endpoint.shares == [0.0, 1.0]
    assert endpoint.look(60) == 30
    endpoint.look(30)
    assert (endpoint.status, endpoint.numbers) == ("InService", [[2]])


def test_a_new_instance_that_fails_rolls_back_at_any_step() -> None:
    for failing_step in range(3):
        endpoint = in_service()
        endpoint.update(**canary(60, TerminationWaitInSeconds=60))
        endpoint.look(i2=READY)
        for _ in range(failing_step):
            endpoint.look(60)
            endpoint.look()
        endpoint.look(i2=FAILED)
        assert (endpoint.status, endpoint.shares) == ("RollingBack", [1.0])
        endpoint.look()
        assert (endpoint.status, endpoint.numbers) == ("InService", [[1]])
        assert endpoint.document["FailureReason"] == "it broke"
        assert endpoint.document["EndpointConfigName"] == "first"


def test_an_alarm_rolls_back() -> None:
    endpoint = in_service()
    endpoint.update(**canary(60))
    endpoint.look(i2=READY)
    endpoint.look(alarm="an alarm went off")
    assert (endpoint.status, endpoint.document["FailureReason"]) == ("RollingBack", "an alarm went off")


def test_a_deployment_that_takes_too_long_is_rolled_back() -> None:
    endpoint = in_service()
    endpoint.update(**canary(60, MaximumExecutionTimeoutInSeconds=600))
    assert endpoint.look(599) == 1
    endpoint.look(1)
    assert endpoint.status == "RollingBack"
    assert "MaximumExecutionTimeoutInSeconds" in endpoint.document["FailureReason"]


def test_a_rolling_update_that_fails_brings_the_old_instances_back() -> None:
    endpoint = in_service(2)
    size = {"Type": "INSTANCE_COUNT", "Value": 1}
    endpoint.update(2, RollingUpdatePolicy={"MaximumBatchSize": size, "WaitIntervalInSeconds": 60})
    endpoint.look(i3=READY)
    assert (endpoint.numbers, endpoint.shares) == ([[1], [3]], [0.5, 0.5])
    endpoint.look(i3=FAILED)
    endpoint.look()
    assert (endpoint.status, endpoint.numbers) == ("RollingBack", [[1, 4]])
    endpoint.look(i4=READY)
    assert endpoint.status == "InService"


def test_an_old_instance_that_ends_during_an_update_is_replaced() -> None:
    endpoint = in_service()
    endpoint.update()
    endpoint.look(i1=FAILED)
    assert (endpoint.status, endpoint.numbers) == ("Updating", [[3], [2]])


def test_scaling_waits_for_what_it_adds_and_drops_what_is_too_much() -> None:
    endpoint = in_service(1)
    endpoint.scale(2, weight=3.0)
    assert endpoint.status == "Updating"
    endpoint.look(i2=READY)
    [variant] = endpoint.fleets.current.variants
    assert (endpoint.status, variant.weight, variant.count) == ("InService", 3.0, 2)
    endpoint.scale(1)
    assert (endpoint.status, endpoint.numbers, set(endpoint.fleets.leaving)) == ("InService", [[1]], {"2"})


def test_scaling_that_fails_goes_back_to_what_was() -> None:
    endpoint = in_service(1)
    endpoint.scale(2, weight=3.0)
    endpoint.look(i2=FAILED)
    assert endpoint.status == "RollingBack"
    endpoint.look()
    [variant] = endpoint.fleets.current.variants
    assert (endpoint.status, endpoint.numbers, variant.weight) == ("InService", [[1]], 1.0)


def test_an_instance_that_keeps_ending_is_started_later_and_later() -> None:
    endpoint = in_service()
    pauses = []
    for number in range(1, 9):
        pauses.append(endpoint.look(**{f"i{number}": FAILED}))
    assert pauses == [None, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    endpoint.look(i9=Observed("failed", served=61.0))
    assert endpoint.fleets.current.variants[0].instances[0].not_before == 0.0


def test_a_leaving_instance_finishes_what_it_has() -> None:
    endpoint = in_service()
    endpoint.update()
    endpoint.look(i2=READY)
    busy = Observed("ready", is_idle=False)
    assert endpoint.look(10, i1=busy) == 55
    assert set(endpoint.fleets.leaving) == {"1"}
    endpoint.look(i1=READY)
    assert not endpoint.fleets.leaving
