"""From a run back to who began it, and forward to what it started."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.dispatch import Order
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind
from brickline.baseplate.resources import Resources
from brickline.baseplate.targets import Delivery
from brickline.baseplate.why import Unknown, cause, explain, last_change

PERSON = "arn:aws:iam::123456789012:user/ana"
RULE = "arn:aws:events:us-east-1:123456789012:rule/r"
RUN = Kind("toy", "run", "Name", "Arn", "run/{name}", ("Missing", "{name}"), ("Taken", "{name}"))


class World:
    """Runs that are made by calls, orders and other runs."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.baseplate = baseplate
        self.runs = Resources(baseplate, RUN)

    def run(self, name: str, cause: str = "", principal: str = PERSON) -> str:
        return self.runs.create(self.baseplate.context(principal=principal, cause=cause), name, {}).arn

    def event(self, cause: str = "", resources: list[str] | None = None, kind: str = "Happened") -> str:
        context = self.baseplate.context(principal=PERSON, cause=cause)
        return self.baseplate.bus.emit(context, "my.app", kind, resources or [], {})

    def order(self, event: str, name: str) -> str:
        """A rule starts a run for an event; gives the run's ARN."""
        context = self.baseplate.context(cause=event)
        self.baseplate.dispatch.add(context, Order(RULE, Delivery(f"arn:aws:toy:::start/{name}", "{}", token=name)))
        self.baseplate.dispatch._start_due()
        return RUN.arn_of(context, name)

    def start(self, context: Context, delivery: Delivery) -> str:
        return self.run(delivery.arn.rsplit("/", 1)[1], context.cause, "toy.amazonaws.com")

    def back(self, name: str) -> list[str]:
        return [_short(step) for step in explain(self.baseplate.store, name)["back"]]

    def forward(self, name: str) -> Any:
        return _tree(explain(self.baseplate.store, name)["forward"])


def _short(step: dict[str, Any]) -> str:
    return str(step.get("arn") or step.get("id"))


def _tree(steps: list[dict[str, Any]]) -> Any:
    return {_short(step): _tree(step.get("started", [])) for step in steps}


@pytest.fixture
def world(make_baseplate: Callable[..., Baseplate]) -> World:
    made: list[World] = []
    toy = {"toy": lambda _: Brick("toy", (), targets={"start/": made[0].start})}
    made.append(World(make_baseplate(toy, listeners=())))
    return made[0]


def test_what_a_person_made(world: World) -> None:
    assert world.back(world.run("a")) == [PERSON]


def test_back_over_runs_rules_and_events_to_a_person(world: World) -> None:
    event = world.event()
    first = world.order(event, "first")
    second = world.run("second", cause=first)
    changed = world.event(cause=second)
    third = world.order(changed, "third")
    assert world.back(third) == [RULE, changed, second, first, RULE, event, PERSON]
    assert world.back(event) == [PERSON]


def test_forward_to_everything_that_followed(world: World) -> None:
    event = world.event()
    first = world.order(event, "first")
    second = world.run("second", cause=first)
    world.event(cause=second, kind="Nothing came of it")
    changed = world.event(cause=second)
    third = world.order(changed, "third")
    assert world.forward(event) == {RULE: {first: {second: {changed: {RULE: {third: {}}}}}}}
    assert world.forward(third) == {}


def test_an_approval_leads_on_to_what_made_the_thing_that_was_approved(world: World) -> None:
    """A person approves what a run made: both are why the next run starts."""
    training = world.run("training")
    model = world.run("model", cause=training)
    approval = world.event(resources=[model])
    serving = world.order(approval, "serving")
    assert world.back(serving) == [RULE, approval, PERSON, model, training, PERSON]


def test_a_circle_ends(world: World) -> None:
    one = RUN.arn_of(world.baseplate.context(), "one")
    two = world.run("two", cause=one)
    world.run("one", cause=two)
    assert world.back(two) == [one, two]
    assert explain(world.baseplate.store, two)["back"][-1]["again"] is True
    assert world.forward(two) == {one: {}}


def test_what_is_gone_is_still_named(world: World) -> None:
    event = world.event()
    arn = world.order(event, "short-lived")
    world.runs.delete(world.runs.get(world.baseplate.context(), "short-lived"))
    assert world.back(arn) == [RULE, event, PERSON]
    assert explain(world.baseplate.store, arn)["subject"]["status"] == "gone"


def test_what_was_never_there_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        explain(world.baseplate.store, "arn:aws:toy:us-east-1:123456789012:run/none")


def test_the_last_change_has_a_story_of_its_own(world: World) -> None:
    """An endpoint is made by one run and updated by another."""
    endpoint = world.run("endpoint", cause=world.run("first"))
    world.event(cause=world.run("first-again", cause=""), resources=["arn:other"])
    second = world.run("second", principal="arn:aws:iam::123456789012:user/bob")
    update = world.event(cause=second, resources=[endpoint])
    world.event(cause=endpoint, resources=[endpoint])  # its own controller's word
    found = explain(world.baseplate.store, endpoint)
    assert [_short(step) for step in found["changed"]] == [update, second, "arn:aws:iam::123456789012:user/bob"]
    assert [_short(step) for step in found["back"]][-1] == PERSON
    assert explain(world.baseplate.store, second)["changed"] == []


def test_the_right_before_and_the_last_change_can_be_asked_for_alone(world: World) -> None:
    arn = world.order(world.event(), "run")
    world.event(cause=RULE, resources=[arn])
    before = cause(world.baseplate.store, arn)
    assert before is not None
    assert before["arn"] == RULE
    assert cause(world.baseplate.store, "nothing") is None
    assert [step["kind"] for step in last_change(world.baseplate.store, arn)][:1] == ["event"]
    assert last_change(world.baseplate.store, "nothing") == []


def test_causes_are_found_by_indexes(world: World) -> None:
    """What makes it as quick among a million resources and events as among a hundred."""
    arn = world.order(world.event(), "run")
    store = world.baseplate.store
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    explain(store, arn)
    for statement, values in asked.copy():
        with store.read() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert not any(line.startswith("SCAN") for line in plan), (statement, plan)
