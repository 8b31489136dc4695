from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from brickline.baseplate import delivery, retention, schema
from brickline.baseplate.brick import Brick, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.targets import Delivery

MakeBaseplate = Callable[..., Baseplate]


class Ear:
    """A brick that hears events, and keeps what it has heard in the transaction in which it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.broken: set[Any] = set()
        self.changed = threading.Condition()

    def brick(self, _: Baseplate) -> Brick:
        return Brick("ear", (), listener=self.listen)

    def listen(self, events: list[Shape]) -> None:
        if self.broken.intersection(event["detail"]["n"] for event in events):
            raise RuntimeError("broken")
        with self.changed:
            self.heard += [event["detail"]["n"] for event in events]
            self.changed.notify_all()

    def wait(self, count: int) -> list[Any]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.heard) >= count, 10)
        return self.heard


def emit(baseplate: Baseplate, *numbers: int) -> None:
    for number in numbers:
        baseplate.context().emit("test", "Number", [], {"n": number})


def start(make_baseplate: MakeBaseplate, ear: Ear) -> Baseplate:
    baseplate = make_baseplate({"ear": ear.brick}, listeners=("ear",))
    baseplate.start()
    return baseplate


def test_events_are_heard_in_order_after_their_commit(make_baseplate: MakeBaseplate) -> None:
    ear = Ear()
    baseplate = start(make_baseplate, ear)
    with baseplate.store.write():
        emit(baseplate, 1, 2)
        assert ear.heard == []
    emit(baseplate, 3)
    assert ear.wait(3) == [1, 2, 3]


def test_what_is_rolled_back_is_never_heard(make_baseplate: MakeBaseplate) -> None:
    ear = Ear()
    baseplate = start(make_baseplate, ear)

    def fail() -> None:
        with baseplate.store.write():
            emit(baseplate, 1)
            raise KeyError("rolled back")

    with pytest.raises(KeyError):
        fail()
    emit(baseplate, 2)
    assert ear.wait(1) == [2]


def test_a_restart_goes_on_where_the_listener_was(make_baseplate: MakeBaseplate) -> None:
    ear = Ear()
    first = start(make_baseplate, ear)
    emit(first, 1)
    ear.wait(1)
    first.delivery.close()
    emit(first, 2, 3)
    first.close()
    start(make_baseplate, ear)
    assert ear.wait(3) == [1, 2, 3]


def test_more_than_a_batch_is_heard_once(make_baseplate: MakeBaseplate) -> None:
    ear = Ear()
    baseplate = start(make_baseplate, ear)
    numbers = list(range(2 * delivery.BATCH + 1))
    with baseplate.store.write():
        emit(baseplate, *numbers)
    assert ear.wait(len(numbers)) == numbers


def test_an_event_that_a_listener_cannot_take_is_passed_over(
    make_baseplate: MakeBaseplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ATTEMPTS", 2)
    ear = Ear()
    ear.broken = {2}
    baseplate = start(make_baseplate, ear)
    with baseplate.store.write():
        emit(baseplate, 1, 2, 3)
    assert ear.wait(2) == [1, 3]


def test_a_new_listener_hears_what_happens_from_then_on(make_baseplate: MakeBaseplate, tmp_path: Path) -> None:
    ear = Ear()
    emit(make_baseplate({}), 1)
    baseplate = start(make_baseplate, ear)
    emit(baseplate, 2)
    assert ear.wait(1) == [2]
    with baseplate.store.write() as connection:  # waits for the listener's own transaction
        assert connection.scalar(select(schema.places.c.seq)) == 2


def test_a_target_is_found_by_the_beginning_of_its_arn(make_baseplate: MakeBaseplate) -> None:
    def any_of_it(_context: object, _delivery: Delivery) -> str:
        return "any"

    def a_pipeline(_context: object, _delivery: Delivery) -> str:
        return "pipeline"

    targets = {"": any_of_it, "pipeline/": a_pipeline}
    baseplate = make_baseplate({"toy": lambda _: Brick("toy", (), targets=targets)})
    arn = "arn:aws:toy:us-east-1:123456789012:"
    assert baseplate.target(f"{arn}pipeline/p") is a_pipeline
    assert baseplate.target(f"{arn}other/p") is any_of_it
    assert baseplate.target("arn:aws:none:us-east-1:123456789012:x") is None
    assert baseplate.target("not an ARN") is None


def test_old_events_are_forgotten_when_there_is_nothing_to_tell(
    make_baseplate: MakeBaseplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "INTERVAL", 0.0)
    monkeypatch.setattr(retention, "AGE", 0.0)
    ear = Ear()
    baseplate = start(make_baseplate, ear)
    emit(baseplate, 1, 2)
    ear.wait(2)
    deadline = time.monotonic() + 10
    while list(baseplate.bus.events()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
