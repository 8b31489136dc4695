"""How deep an event lies below others, and how a cause travels with a function's calls."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from brickline.baseplate.causes import MOST_DEPTH, depth_after, loop, trace, traced
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind
from brickline.baseplate.resources import Resources

RUN = Kind("toy", "run", "Name", "Arn", "run/{name}", ("Missing", "{name}"), ("Taken", "{name}"))


@pytest.fixture
def plain(make_baseplate: Callable[..., Baseplate]) -> Baseplate:
    return make_baseplate({}, listeners=())


def emit(baseplate: Baseplate, cause: str = "") -> str:
    return baseplate.bus.emit(baseplate.context(cause=cause), "test", "Event", [], {})


def depth(baseplate: Baseplate, cause: str) -> int:
    with baseplate.store.read() as connection:
        return depth_after(connection, cause)


def test_depth_grows_with_events_and_runs_pass_it_on(plain: Baseplate) -> None:
    assert depth(plain, "") == 0
    first = emit(plain)
    assert depth(plain, first) == 1
    runs = Resources(plain, RUN)
    run = runs.create(plain.context(cause=first), "run", {}).arn
    job = runs.create(plain.context(cause=run), "job", {}).arn
    assert depth(plain, job) == 1
    assert depth(plain, emit(plain, job)) == 2
    assert depth(plain, "arn:aws:toy:us-east-1:123456789012:run/unknown") == 0


def test_runs_that_are_each_other_s_cause_end(plain: Baseplate) -> None:
    runs, context = Resources(plain, RUN), plain.context()
    one, two = RUN.arn_of(context, "one"), RUN.arn_of(context, "two")
    runs.create(plain.context(cause=two), "one", {})
    runs.create(plain.context(cause=one), "two", {})
    assert depth(plain, one) == 0


def test_a_loop_is_told_from_where_it_begins_again(plain: Baseplate) -> None:
    cause = ""
    for _ in range(MOST_DEPTH):
        cause = emit(plain, cause)
    said = loop(plain.store, cause)
    assert said.startswith("LoopDetected: 50 events")
    assert said.endswith("the loop is test 'Event' [] <- test 'Event' []")


@pytest.mark.parametrize("cause", ["", "0f8b3c1e-1f", "arn:aws:sagemaker:us-east-1:1:pipeline/p/execution/e"])
def test_a_cause_travels_in_a_trace_id(cause: str) -> None:
    """botocore quotes the header as it sends it."""
    assert traced(quote(trace(cause), safe="-=;:+&[]{}\"',")) == cause
    assert trace(cause).startswith("Root=1-")


def test_trace_ids_of_others_have_no_cause() -> None:
    assert traced("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1") == ""
    assert traced("") == ""
