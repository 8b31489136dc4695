"""Which instance answers a request: the fleet by its share, the variant by its weight, the least busy instance."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from brickline.bricks.sagemaker.endpoints.capture_records import CaptureSettings

T = TypeVar("T")


class Unroutable(Exception):
    """There is no instance for a request; the message says why."""


class Busy(Generic[T]):
    """An instance and how many requests it has. `worker` is what answers them."""

    def __init__(self, number: int, worker: T) -> None:
        self.number = number
        self.worker = worker
        self.requests = 0
        self.is_leaving = False


@dataclass(frozen=True)
class Lane(Generic[T]):
    """The instances of one variant of one fleet; `share` is its part of all traffic."""

    variant: str
    share: float
    instances: Sequence[Busy[T]]
    is_random: bool = False
    """RoutingConfig RANDOM; otherwise the least busy instance."""
    capture: CaptureSettings | None = None


class Route(Generic[T]):
    """One endpoint's traffic. Requests come from many threads; what they may go to is replaced as a whole."""

    def __init__(self, on_idle: Callable[[], None]) -> None:
        """`on_idle` is called when a leaving instance has answered its last request."""
        self._on_idle = on_idle
        self._changed = threading.Condition()
        self._lanes: Sequence[Lane[T]] = ()
        self._instances: dict[int, Busy[T]] = {}
        self._is_open = True

    def publish(self, lanes: Sequence[Lane[T]]) -> None:
        """From now on requests go here; instances that are in no lane any more get none."""
        with self._changed:
            self._lanes = lanes
            present = {one.number: one for lane in lanes for one in lane.instances}
            for number, instance in self._instances.items():
                instance.is_leaving = number not in present
            leaving = {number: one for number, one in self._instances.items() if one.is_leaving and one.requests}
            self._instances = {**leaving, **present}
            self._changed.notify_all()

    def close(self) -> None:
        """The endpoint is gone: nobody waits for an instance any more."""
        with self._changed:
            self._is_open = False
            self._lanes = ()
            self._changed.notify_all()

    def take(self, variant: str, wait: float, spurned: Sequence[int] = ()) -> tuple[Lane[T], Busy[T]]:
        """An instance for a request, of `variant` where one is named; waits for one that is being replaced.

        `spurned` are instances that could not be reached. Raises Unroutable.
        """
        deadline = time.monotonic() + wait
        with self._changed:
            while True:
                lanes = [lane for lane in self._lanes if (lane.variant == variant if variant else lane.share > 0)]
                if found := self._choose(lanes, spurned):
                    found[1].requests += 1
                    return found
                left = deadline - time.monotonic()
                if not self._is_open or left <= 0:
                    raise Unroutable(_why(self._lanes, variant))
                self._changed.wait(left)

    def give_back(self, instance: Busy[T]) -> None:
        with self._changed:
            instance.requests -= 1
            is_done = instance.is_leaving and instance.requests == 0
        if is_done:
            self._on_idle()

    def has_variant(self, variant: str) -> bool:
        return any(lane.variant == variant for lane in self._lanes)

    def _choose(self, lanes: Sequence[Lane[T]], spurned: Sequence[int]) -> tuple[Lane[T], Busy[T]] | None:
        live = [lane for lane in lanes if any(one.number not in spurned for one in lane.instances)]
        lane = _weighted(live)
        if lane is None:
            return None
        instances = [one for one in lane.instances if one.number not in spurned]
        if lane.is_random:
            return lane, random.choice(instances)  # noqa: S311
        least = min(one.requests for one in instances)
        return lane, random.choice([one for one in instances if one.requests == least])  # noqa: S311


def _weighted(lanes: Sequence[Lane[T]]) -> Lane[T] | None:
    """A lane by its share. A request that names a variant reaches it even without a share of the traffic."""
    if len(lanes) < 2:
        return lanes[0] if lanes else None
    total = sum(lane.share for lane in lanes)
    if total <= 0:
        return random.choice(lanes)  # noqa: S311
    return random.choices(lanes, [lane.share for lane in lanes])[0]  # noqa: S311


def _why(lanes: Sequence[Lane[T]], variant: str) -> str:
    of = f"variant {variant}" if variant else "the endpoint"
    return f"no instance of {of} is ready" if lanes else f"{of} has no instances yet"
