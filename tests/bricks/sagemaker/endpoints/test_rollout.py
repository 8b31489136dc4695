from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints.rollout import check_deployment, rollout_of


def blue_green(kind: str = "ALL_AT_ONCE", wait: int = 0, **more: Any) -> dict[str, Any]:
    sizes = {member: more.pop(member) for member in ("CanarySize", "LinearStepSize") if member in more}
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **sizes}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **more}}


def size(kind: str, value: int) -> dict[str, Any]:
    return {"Type": {"%": "CAPACITY_PERCENT", "n": "INSTANCE_COUNT"}[kind], "Value": value}


def rolling(kind: str, value: int) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": size(kind, value), "WaitIntervalInSeconds": 0}}


@pytest.mark.parametrize(
    ("config", "count", "shares"),
    [
        ({}, 4, [1]),
        (blue_green(), 4, [1]),
        (blue_green("CANARY", CanarySize=size("%", 10)), 4, [0.1, 1]),
        (blue_green("CANARY", CanarySize=size("n", 1)), 4, [0.25, 1]),
        (blue_green("CANARY", CanarySize=size("n", 1)), 1, [1]),
        (blue_green("LINEAR", LinearStepSize=size("%", 40)), 4, [0.4, 0.8, 1]),
        (blue_green("LINEAR", LinearStepSize=size("n", 1)), 3, [1 / 3, 2 / 3, 1]),
        (rolling("%", 50), 4, [0.5, 1]),
        (rolling("n", 1), 3, [1 / 3, 2 / 3, 1]),
    ],
)
def test_traffic_shifts_in_steps(config: dict[str, Any], count: int, shares: list[float]) -> None:
    assert list(rollout_of(config, count).shares) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("config", "count", "new", "old"),
    [
        (blue_green("CANARY", CanarySize=size("%", 10)), 4, [4, 4], [4, 4]),
        (rolling("n", 1), 3, [1, 2, 3], [2, 1, 0]),
        (rolling("%", 50), 5, [3, 5], [2, 0]),
        (rolling("%", 5), 1, [1] * 20, [1] * 19 + [0]),
    ],
)
def test_a_rolling_deployment_trades_instances_a_batch_at_a_time(
    config: dict[str, Any], count: int, new: list[int], old: list[int]
) -> None:
    rollout = rollout_of(config, count)
    steps = range(len(rollout.shares))
    assert [rollout.new_instances(step, count) for step in steps] == new
    assert [rollout.old_instances(step, count) for step in steps] == old


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (blue_green("CANARY"), "CanarySize: it is needed"),
        (blue_green("LINEAR", CanarySize=size("%", 10)), "CanarySize: it goes with Type CANARY"),
        (blue_green("CANARY", CanarySize=size("%", 60)), "from 0 to 50 %"),
        (blue_green("LINEAR", LinearStepSize=size("%", 5)), "from 10 to 50 %"),
        (rolling("n", 3), "from 5 to 50 %"),
        ({**rolling("n", 1), **blue_green()}, "both given"),
        (blue_green(wait=3600, MaximumExecutionTimeoutInSeconds=600), "less than the deployment's waits"),
    ],
)
def test_a_deployment_that_contradicts_itself_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_deployment(config, 4)
