from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Queue

import pytest

from brickline.baseplate import controllers as controllers_module
from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.store import Store, StoreFailed

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
        self.fails: Callable[[Resource], object] = lambda _: None

    def reconcile(self, resource: Resource) -> float | None:
        self.seen.put(resource.name)
        return self.step(resource)

    def fail(self, resource: Resource, error: Exception) -> None:
        self.failed.put(f"{resource.name}: {error}")
        self.fails(resource)


def _raise(_: Resource) -> None:
    raise RuntimeError("disk on fire")


def _finish(things: Resources, resource: Resource) -> None:
    resource.unfinished = False
    things.save(resource)


def _drain(queue: Queue[str]) -> int:
    """So many were there."""
    count = 0
    while not queue.empty():
        queue.get()
        count += 1
    return count


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
    recorder = Recorder(_raise)
    baseplate, things = house(recorder)
    baseplate.start()
    recorder.fails = lambda resource: _finish(things, resource)
    made = things.create(baseplate.context(), "a", {}, unfinished=True)
    assert recorder.failed.get(timeout=5) == "a: disk on fire"
    assert recorder.seen.qsize() == 2
    baseplate.controllers.wake(made.id)
    baseplate.controllers.close()
    assert recorder.seen.qsize() == 2


def test_a_resource_that_cannot_even_be_failed_is_not_forgotten(
    house: Callable[..., tuple[Baseplate, Resources]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers_module, "ATTEMPTS", 2)
    world = {"is on fire": True}
    recorder = Recorder(lambda resource: _raise(resource) if world["is on fire"] else None)
    recorder.fails = _raise
    baseplate, things = house(recorder)
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    recorder.failed.get(timeout=5)
    recorder.failed.get(timeout=5)
    world["is on fire"] = False
    _drain(recorder.seen)
    assert recorder.seen.get(timeout=5) == "a"


def test_a_resource_that_was_failed_and_is_not_finished_is_looked_at_again(
    house: Callable[..., tuple[Baseplate, Resources]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers_module, "ATTEMPTS", 1)
    recorder = Recorder(lambda resource: None if resource.private.get("cleaning") else _raise(resource))
    baseplate, things = house(recorder)

    def clean(resource: Resource) -> None:
        resource.private["cleaning"] = True
        things.save(resource)

    recorder.fails = clean
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    assert [recorder.seen.get(timeout=5) for _ in range(2)] == ["a"] * 2


def test_a_store_that_is_away_for_a_moment_loses_no_resource(
    house: Callable[..., tuple[Baseplate, Resources]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = [StoreFailed("away"), StoreFailed("away")]

    def look_up(store: Store, resource_id: int) -> Resource | None:
        if answers:
            raise answers.pop()  # type: ignore[misc]
        return resource_by_id(store, resource_id)

    monkeypatch.setattr(controllers_module, "resource_by_id", look_up)
    recorder = Recorder(lambda _: None)
    baseplate, things = house(recorder)
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    assert recorder.seen.get(timeout=5) == "a"


def test_wakes_do_not_shorten_the_wait_after_a_failure(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    times: list[float] = []

    def step(resource: Resource) -> None:
        times.append(time.monotonic())
        if len(times) <= 3:
            _raise(resource)

    recorder = Recorder(step)
    baseplate, things = house(recorder)
    baseplate.start()
    made = things.create(baseplate.context(), "a", {}, unfinished=True)
    while len(times) < 4:
        baseplate.controllers.wake(made.id)
        time.sleep(0.001)
    assert times[3] - times[0] >= 0.1 + 0.2 + 0.4


def test_a_wake_during_a_retry_that_succeeds_is_not_lost(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    inside, go, calls = threading.Event(), threading.Event(), iter(range(9))

    def step(resource: Resource) -> None:
        match next(calls):
            case 0:
                _raise(resource)
            case 1:
                inside.set()
                go.wait(5)

    recorder = Recorder(step)
    baseplate, things = house(recorder)
    baseplate.start()
    made = things.create(baseplate.context(), "a", {}, unfinished=True)
    inside.wait(5)
    baseplate.controllers.wake(made.id)
    go.set()
    assert [recorder.seen.get(timeout=5) for _ in range(3)] == ["a"] * 3


def test_wakes_replace_the_delay_that_was_asked_for_and_do_not_multiply_it(
    house: Callable[..., tuple[Baseplate, Resources]],
) -> None:
    """Each look asks for another: were earlier requests kept, a job that prints would be looked at more and more."""
    recorder = Recorder(lambda _: 0.2)
    baseplate, things = house(recorder)
    baseplate.start()
    made = things.create(baseplate.context(), "a", {}, unfinished=True)
    for _ in range(300):
        baseplate.controllers.wake(made.id)
        recorder.seen.get(timeout=5)
    _drain(recorder.seen)
    assert len(baseplate.controllers._queue) < 100, "times that were brought forward are dropped"
    time.sleep(1.0)
    assert recorder.seen.qsize() <= 6


def test_many_resources_woken_at_once_are_all_looked_at(house: Callable[..., tuple[Baseplate, Resources]]) -> None:
    recorder = Recorder(lambda _: None)
    baseplate, things = house(recorder)
    made = [things.create(baseplate.context(), f"job-{number}", {}, unfinished=True) for number in range(100)]
    baseplate.start()

    def storm() -> None:
        for _ in range(50):
            for one in made:
                baseplate.controllers.wake(one.id)

    threads = [threading.Thread(target=storm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    looks = _drain(recorder.seen)
    for one in made:
        baseplate.controllers.wake(one.id)
    missing = {one.name for one in made}
    while missing:
        missing.discard(recorder.seen.get(timeout=5))
    assert looks < 10_000, "wakes that come while a resource waits are one"


def test_close_waits_for_the_reconcile_at_work_and_begins_no_other(
    house: Callable[..., tuple[Baseplate, Resources]],
) -> None:
    inside, go, ended = threading.Event(), threading.Event(), threading.Event()

    def step(_: Resource) -> float:
        inside.set()
        go.wait(5)
        ended.set()
        return 0.0

    recorder = Recorder(step)
    baseplate, things = house(recorder)
    baseplate.start()
    things.create(baseplate.context(), "a", {}, unfinished=True)
    inside.wait(5)
    threading.Timer(0.05, go.set).start()
    baseplate.controllers.close()
    assert ended.is_set()
    assert recorder.seen.qsize() == 1


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
