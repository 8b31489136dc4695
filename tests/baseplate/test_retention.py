"""Old events go; what somebody has still to hear stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update

from brickline.baseplate import clock, retention
from brickline.baseplate.dispatch import Order
from brickline.baseplate.house import Baseplate
from brickline.baseplate.retention import AGE, DEAD_AGE, Retention
from brickline.baseplate.schema import dispatches, places
from brickline.baseplate.targets import Delivery

Later = Callable[[float], None]


@pytest.fixture
def plain(make_baseplate: Callable[..., Baseplate]) -> Baseplate:
    return make_baseplate({}, listeners=())


def emit(baseplate: Baseplate, *numbers: int) -> None:
    for number in numbers:
        baseplate.context().emit("test", "Number", [], {"n": number})


def left(baseplate: Baseplate) -> list[int]:
    return [event["detail"]["n"] for event in baseplate.bus.events()]


def heard(baseplate: Baseplate, seq: int) -> None:
    with baseplate.store.write() as connection:
        if not connection.execute(update(places).values(seq=seq)).rowcount:
            connection.execute(insert(places).values(listener="ear", seq=seq))


def test_old_events_are_forgotten(plain: Baseplate, later: Later) -> None:
    emit(plain, 1, 2)
    later(AGE + 1)
    emit(plain, 3)
    Retention(plain.store).sweep()
    assert left(plain) == [3]


def test_what_was_not_heard_stays_however_old_it_is(plain: Baseplate, later: Later) -> None:
    emit(plain, 1, 2, 3)
    heard(plain, 1)
    later(2 * AGE)
    Retention(plain.store).sweep()
    assert left(plain) == [2, 3]
    heard(plain, 3)
    Retention(plain.store).sweep()
    assert left(plain) == []


def test_there_are_never_too_many(plain: Baseplate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    emit(plain, *range(9))
    Retention(plain.store).sweep()
    assert left(plain) == [7, 8]


def test_orders_are_forgotten_once_they_are_over(plain: Baseplate, later: Later) -> None:
    for token in ("done", "dead", "waiting"):
        plain.dispatch.add(
            plain.context(), Order("arn:aws:events:::rule/r", Delivery("arn:aws:t:::x", "{}", token=token))
        )
    with plain.store.write() as connection:
        for status in ("done", "dead"):
            change = update(dispatches).where(dispatches.c.token == status)
            connection.execute(change.values(status=status, finished=clock.now()))
    later(AGE + 1)
    Retention(plain.store).sweep()
    assert _tokens(plain) == {"dead", "waiting"}
    later(DEAD_AGE)
    Retention(plain.store).sweep()
    assert _tokens(plain) == {"waiting"}


def _tokens(baseplate: Baseplate) -> set[str]:
    with baseplate.store.read() as connection:
        return set(connection.scalars(select(dispatches.c.token)))
