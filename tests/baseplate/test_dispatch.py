"""Orders are carried out once, tried again, or end as dead letters. The clock is moved, not waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.dispatch import Order, RetryPolicy, dead_letters
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.schema import dispatches
from brickline.baseplate.targets import Delivery, SlowTarget

RULE = "arn:aws:events:us-east-1:123456789012:rule/r"
TOY = "arn:aws:toy:eu-west-1:111122223333:"


class Toy:
    """Targets that note what they are given; `error` is raised as long as it is set."""

    def __init__(self) -> None:
        self.given: list[Delivery] = []
        self.contexts: list[Context] = []
        self.error: Exception | None = None
        self.may_end = threading.Event()

    def start(self, context: Context, delivery: Delivery) -> str:
        self.given.append(delivery)
        self.contexts.append(context)
        if self.error:
            raise self.error
        return "arn:started"

    def take_long(self, context: Context, delivery: Delivery) -> str:
        assert self.may_end.wait(10)
        return self.start(context, delivery)

    def brick(self, _: Baseplate) -> Brick:
        return Brick("toy", (), targets={"quick": self.start, "slow": SlowTarget(self.take_long), "queue": self.start})


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def plain(make_baseplate: Callable[..., Baseplate], toy: Toy) -> Baseplate:
    """Not started: a test lets it work by `work`."""
    return make_baseplate({"toy": toy.brick}, listeners=())


def order(baseplate: Baseplate, arn: str = TOY + "quick", **policy: Any) -> None:
    delivery = Delivery(arn, '{"n":1}', {"RoleArn": "r"}, token=f"token-{time.monotonic_ns()}")
    context = baseplate.context(cause="event")
    baseplate.dispatch.add(context, Order(RULE, delivery, "t", RetryPolicy(**policy)))


def work(baseplate: Baseplate) -> float:
    """Let it start what is due; seconds until the next."""
    while (wait := baseplate.dispatch._start_due()) == 0.0:
        pass
    return wait


def rows(baseplate: Baseplate) -> list[Any]:
    with baseplate.store.read() as connection:
        return list(connection.execute(select(dispatches).order_by(dispatches.c.id)))


def test_an_order_is_carried_out_once(plain: Baseplate, toy: Toy) -> None:
    order(plain)
    work(plain)
    work(plain)
    [delivery] = toy.given
    assert (delivery.payload, delivery.parameters) == ('{"n":1}', {"RoleArn": "r"})
    assert (toy.contexts[0].account, toy.contexts[0].region) == ("111122223333", "eu-west-1")
    assert (toy.contexts[0].cause, toy.contexts[0].principal) == ("event", "events.amazonaws.com")
    [row] = rows(plain)
    assert (row.status, row.started, row.attempts) == ("done", "arn:started", 1)


def test_pauses_grow_until_it_is_given_up(plain: Baseplate, toy: Toy, later: Callable[[float], None]) -> None:
    toy.error = RuntimeError("broken")
    order(plain, attempts=4)
    pauses = []
    while rows(plain)[0].status == "waiting":
        wait = work(plain)
        pauses.append(round(wait))
        later(wait + 0.01)
    assert pauses[:4] == [1, 2, 4, 8]
    assert len(toy.given) == 5
    [letter] = dead_letters(plain.store)
    assert (letter["error"], letter["attempts"]) == ("RuntimeError: broken", 5)
    assert (letter["origin"], letter["target"], letter["input"]) == (RULE, TOY + "quick", '{"n":1}')


def test_it_is_given_up_when_it_is_too_old(plain: Baseplate, toy: Toy, later: Callable[[float], None]) -> None:
    toy.error = Refused("ThrottlingException", "slow down")
    order(plain, age=60)
    work(plain)
    later(59)
    work(plain)
    assert rows(plain)[0].status == "dead"


@pytest.mark.parametrize(
    ("error", "is_final"),
    [
        (Refused("ResourceNotFoundException", "gone", 404), True),
        (Refused("AccessDeniedException", "no"), True),
        (Refused("ValidationException", "bad"), True),
        (Refused("ThrottlingException", "slow"), False),
        (Refused("TooManyRequestsException", "slow", 429), False),
        (Refused("ResourceLimitExceeded", "full"), False),
        (Refused("InternalError", "oops", 500), False),
        (RuntimeError("bug"), False),
    ],
)
def test_which_errors_are_final(plain: Baseplate, toy: Toy, error: Exception, is_final: bool) -> None:
    toy.error = error
    order(plain)
    work(plain)
    assert (rows(plain)[0].status == "dead") is is_final


@pytest.mark.parametrize("arn", ["arn:aws:nothing:us-east-1:123456789012:x", TOY + "other", "not an ARN"])
def test_what_cannot_be_a_target_is_a_dead_letter(plain: Baseplate, arn: str) -> None:
    order(plain, arn)
    work(plain)
    [row] = rows(plain)
    assert row.status == "dead"
    assert row.error.startswith("InvalidTarget")


def test_a_dead_letter_goes_to_its_queue(plain: Baseplate, toy: Toy) -> None:
    order(plain, TOY + "gone", dead_letter=TOY + "queue")
    work(plain)
    [letter] = toy.given
    assert letter.arn == TOY + "queue"
    assert letter.payload == '{"n":1}'
    assert letter.parameters["MessageAttributes"]["TARGET_ARN"] == TOY + "gone"
    assert letter.parameters["MessageAttributes"]["ERROR_CODE"] == "InvalidTarget"
    assert [row.status for row in rows(plain)] == ["dead", "done"]


def test_what_a_target_wrote_before_it_failed_is_gone(make_baseplate: Callable[..., Baseplate]) -> None:
    def start(context: Context, _delivery: Delivery) -> str:
        context.emit("toy", "Begun", [], {})
        raise RuntimeError("half-way")

    baseplate = make_baseplate({"toy": lambda _: Brick("toy", (), targets={"": start})}, listeners=())
    order(baseplate, attempts=0)
    work(baseplate)
    assert rows(baseplate)[0].status == "dead"
    assert list(baseplate.bus.events()) == []


def test_a_slow_target_holds_nobody_up(plain: Baseplate, toy: Toy) -> None:
    plain.start()
    order(plain, TOY + "slow")
    order(plain, TOY + "quick")
    _until(lambda: len(toy.given) == 1)
    plain.context().emit("test", "Written", [], {})  # and nobody waits for the store
    assert toy.given[0].arn == TOY + "quick"
    toy.may_end.set()
    _until(lambda: [row.status for row in rows(plain)] == ["done", "done"])
    assert len(toy.given) == 2


def test_a_slow_target_that_fails_is_tried_again(plain: Baseplate, toy: Toy) -> None:
    plain.start()
    toy.may_end.set()
    toy.error = RuntimeError("broken")
    order(plain, TOY + "slow", attempts=1)
    _until(lambda: rows(plain)[0].status == "dead")
    assert len(toy.given) == 2


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)
