"""How an update shifts traffic from the old fleet to the new one: a DeploymentConfig as steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.refusals import invalid

ALL_AT_ONCE: Shape = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 0,
    }
}
"""What an update does that asks for nothing else."""

_SIZES = {"CANARY": ("CanarySize", 0, 50), "LINEAR": ("LinearStepSize", 10, 50)}
"""The member that holds a step's size, and how many percent of the capacity it may be."""
_BATCH = (5, 50)
_LONGEST = 8 * 3600.0


@dataclass(frozen=True)
class Rollout:
    """A deployment's steps. `shares` are the new fleet's part of the traffic after each step; the last one is 1.

    A rolling deployment has the new instances started batch by batch, and as many old ones ended after each.
    """

    shares: tuple[float, ...]
    wait: float
    """Seconds that a step bakes before the next one."""
    termination_wait: float = 0.0
    limit: float = _LONGEST
    is_rolling: bool = False

    def new_instances(self, step: int, count: int) -> int:
        """How many of a variant's `count` instances the new fleet has to have for a step."""
        return max(math.ceil(self.shares[step] * count - 1e-9), 1) if self.is_rolling else count

    def old_instances(self, step: int, count: int) -> int:
        """How many of a variant's `count` instances the old fleet keeps once a step's traffic is shifted."""
        if not self.is_rolling:
            return count
        is_last = step == len(self.shares) - 1
        return 0 if is_last else max(math.floor((1 - self.shares[step]) * count + 1e-9), 1)


def rollout_of(config: Shape, count: int) -> Rollout:
    """The steps of a DeploymentConfig that was checked, for a fleet of `count` instances."""
    if rolling := config.get("RollingUpdatePolicy"):
        return Rollout(
            shares=_shares(_fraction(rolling["MaximumBatchSize"], count)),
            wait=rolling["WaitIntervalInSeconds"],
            limit=rolling.get("MaximumExecutionTimeoutInSeconds", _LONGEST),
            is_rolling=True,
        )
    policy = config.get("BlueGreenUpdatePolicy") or ALL_AT_ONCE["BlueGreenUpdatePolicy"]
    routing = policy["TrafficRoutingConfiguration"]
    return Rollout(
        shares=_shifts(routing, count),
        wait=routing["WaitIntervalInSeconds"],
        termination_wait=policy.get("TerminationWaitInSeconds", 0),
        limit=policy.get("MaximumExecutionTimeoutInSeconds", _LONGEST),
    )


def check_deployment(config: Shape, count: int) -> None:
    """Refused where a DeploymentConfig contradicts itself or the size of the fleet."""
    blue_green, rolling = config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise invalid("DeploymentConfig: BlueGreenUpdatePolicy and RollingUpdatePolicy are both given; give one")
    if rolling:
        path = "DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize"
        _check_size(path, rolling["MaximumBatchSize"], count, *_BATCH)
    elif blue_green:
        _check_routing(blue_green["TrafficRoutingConfiguration"], count)
        _check_limit(blue_green, rollout_of(config, count))


def _check_routing(routing: Shape, count: int) -> None:
    path, kind = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration", routing["Type"]
    for other, (member, least, most) in _SIZES.items():
        if kind != other and member in routing:
            raise invalid(f"{path}.{member}: it goes with Type {other}; the Type is {kind}")
        if kind == other and member not in routing:
            raise invalid(f"{path}.{member}: it is needed where Type is {kind}")
        if kind == other:
            _check_size(f"{path}.{member}", routing[member], count, least, most)


def _check_size(path: str, size: Shape, count: int, least: int, most: int) -> None:
    """A single instance is a batch of its own, whatever part of the fleet it is."""
    percent = 100 * _fraction(size, count)
    if size["Type"] == "INSTANCE_COUNT" and size["Value"] == 1:
        return
    if not least <= percent <= most:
        raise invalid(
            f"{path}: {size['Value']} ({size['Type']}) is {percent:.0f} % of the fleet's {count} instances; "
            f"it has to be from {least} to {most} %"
        )


def _check_limit(policy: Shape, rollout: Rollout) -> None:
    waits = len(rollout.shares) * rollout.wait + rollout.termination_wait
    if waits > rollout.limit:
        raise invalid(
            "DeploymentConfig.BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds: "
            f"{policy.get('MaximumExecutionTimeoutInSeconds', int(_LONGEST))} is less than the deployment's waits "
            f"({waits:.0f} seconds)"
        )


def _shifts(routing: Shape, count: int) -> tuple[float, ...]:
    if routing["Type"] == "CANARY":
        canary = _fraction(routing["CanarySize"], count)
        return (canary, 1.0) if canary < 1 else (1.0,)
    if routing["Type"] == "LINEAR":
        return _shares(_fraction(routing["LinearStepSize"], count))
    return (1.0,)


def _shares(step: float) -> tuple[float, ...]:
    """Steps of one size up to all of it: 0.4 gives 0.4, 0.8, 1."""
    number = math.ceil(1 / step - 1e-9)
    return (*(step * index for index in range(1, number)), 1.0)


def _fraction(size: Shape, count: int) -> float:
    value = size["Value"] / 100 if size["Type"] == "CAPACITY_PERCENT" else size["Value"] / max(count, 1)
    return float(min(value, 1.0))
