from __future__ import annotations

import threading
from collections import Counter

import pytest

from brickline.bricks.sagemaker.endpoints.routing import Busy, Lane, Route, Unroutable


def lane(variant: str, share: float, *numbers: int, is_random: bool = False) -> Lane[str]:
    return Lane(variant, share, [Busy(number, variant) for number in numbers], is_random)


def route(*lanes: Lane[str]) -> Route[str]:
    made: Route[str] = Route(lambda: None)
    made.publish(lanes)
    return made


def test_variants_share_traffic_by_their_weights() -> None:
    traffic = route(lane("a", 0.75, 1), lane("b", 0.25, 2), lane("c", 0.0, 3))
    seen = Counter(traffic.take("", 0)[0].variant for _ in range(4000))
    assert set(seen) == {"a", "b"}
    assert seen["a"] / 4000 == pytest.approx(0.75, abs=0.05)


def test_a_variant_that_is_named_is_reached_without_weight() -> None:
    traffic = route(lane("a", 1.0, 1), lane("b", 0.0, 2))
    assert traffic.take("b", 0)[1].number == 2
    assert traffic.has_variant("b")
    assert not traffic.has_variant("c")


def test_the_least_busy_instance_is_taken() -> None:
    traffic = route(lane("a", 1.0, 1, 2, 3))
    taken = [traffic.take("", 0)[1] for _ in range(3)]
    assert {one.number for one in taken} == {1, 2, 3}
    traffic.give_back(taken[1])
    assert traffic.take("", 0)[1] is taken[1]


def test_instances_that_could_not_be_reached_are_left_out() -> None:
    traffic = route(lane("a", 1.0, 1, 2))
    assert {traffic.take("", 0, [1])[1].number for _ in range(5)} == {2}
    with pytest.raises(Unroutable, match="no instance of the endpoint is ready"):
        traffic.take("", 0, [1, 2])


def test_a_request_waits_for_an_instance_that_is_being_replaced() -> None:
    traffic = route(lane("a", 1.0))
    threading.Timer(0.05, traffic.publish, [[lane("a", 1.0, 7)]]).start()
    assert traffic.take("", 10)[1].number == 7


def test_nobody_waits_for_an_endpoint_that_is_gone() -> None:
    traffic = route(lane("a", 1.0))
    threading.Timer(0.05, traffic.close).start()
    with pytest.raises(Unroutable):
        traffic.take("", 10)


def test_a_leaving_instance_tells_when_it_is_idle() -> None:
    told: list[bool] = []
    traffic: Route[str] = Route(lambda: told.append(True))
    traffic.publish([lane("a", 1.0, 1)])
    _, instance = traffic.take("", 0)
    traffic.publish([lane("a", 1.0, 2)])
    assert not told
    traffic.give_back(instance)
    assert told == [True]
