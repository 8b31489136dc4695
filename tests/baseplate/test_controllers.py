from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue

import pytest

from brickline.baseplate import controllers as controllers_module
from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.resources import Resources

THING = Kind(
    service="toy",
    name="thing",
    name_member="Name",
    arn_member="Arn",
    arn="thing/{name}",
    missing=("Missing", "{name}"),
    taken=("Taken", "{name}"),
    status_member="Status",
)


class Recorder:
    """Reconciles by a function given; says what it was called with."""

    def __init__(self, step: Callable[[Resource], float | None]) -> None:
        self.step = step
        self.seen: Queue[str] = Queue()
        self.failed: Queue[str] = Queue()

    def reconcile(self, resource: Resource) -> float | None:
        self.seen.put(resource.name)
        return self.step(resource)

    def fail(self, resource: Resource, error: Exception) -> None:
        self.failed.put(f"{resource.name}: {error}")


@pytest.fixture
def house(make_baseplate: Callable[..., Baseplate]) -> Callable[[Recorder], tuple[Baseplate, Resources]]:
    def make(recorder: Recorder) -> tuple[Baseplate, Resources]:
        baseplate = make_baseplate({"toy": lambda _: Brick("toy", (), {"toy/thing": recorder})})
        return baseplate, Resources(baseplate, THING)

    return make


def test_what_is_unfinished_is_picked_up_at_the_start(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    recorder = Recorder(lambda _: None)
    baseplate, things = house(recorder)
    things.create(baseplate.context(), "old", {}, unfinished=True)
    things.create(baseplate.context(), "done", {}, unfinished=False)
    baseplate.start()
    assert recorder.seen.get(timeout=5) == "old"
    things.create(baseplate.context(), "new", {}, unfinished=True)
    while recorder.seen.get(timeout=5) != "new":
        pass


def test_a_returned_delay_comes_back(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    delays = iter([0.01, 0.01])
    recorder = Recorder(lambda _: next(delays, None))
    baseplate, things = house(recorder)
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    assert [recorder.seen.get(timeout=5) for _ in range(3)] == ["a"] * 3


def test_one_resource_is_never_reconciled_twice_at_once(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    inside, overlaps, go = threading.Semaphore(1), [], threading.Event()

    def step(_: Resource) -> None:
        if not inside.acquire(blocking=False):
            overlaps.append(1)
            return
        go.wait(5)
        inside.release()

    recorder = Recorder(step)
    baseplate, things = house(recorder)
    baseplate.start()
    made = things.create(baseplate.context(), "a", {}, unfinished=True)
    recorder.seen.get(timeout=5)
    for _ in range(5):
        baseplate.controllers.wake(made.id)
    go.set()
    recorder.seen.get(timeout=5)  # woken while at work: looked at once more
    assert not overlaps


def test_a_reconcile_that_keeps_raising_fails_its_resource(
    house: Callable[..., tuple[Baseplate, Resources]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers_module, "ATTEMPTS", 2)

    def step(_: Resource) -> None:
        raise RuntimeError("disk on fire")

    recorder = Recorder(step)
    baseplate, things = house(recorder)
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    assert recorder.failed.get(timeout=5) == "a: disk on fire"
    assert recorder.seen.qsize() == 2


def test_a_new_status_wakes_the_owner(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    recorder = Recorder(lambda _: None)
    baseplate, things = house(recorder)
    baseplate.start()
    parent = things.create(baseplate.context(), "parent", {}, unfinished=True)
    assert recorder.seen.get(timeout=5) == "parent"
    child = things.create(baseplate.context(owner=parent.id), "child", {"Status": "Running"})
    child.document["Status"] = "Done"
    things.save(child)
    assert recorder.seen.get(timeout=5) == "parent"
    assert [found.name for found in things.owned_by(parent.id)] == ["child"]
