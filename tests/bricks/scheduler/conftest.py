"""A started baseplate with a movable clock and a toy target."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from brickline import bricks
from brickline.baseplate import clock
from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.schema import dispatches
from brickline.baseplate.targets import Delivery

TOY = "arn:aws:toy:us-east-1:123456789012:thing/a"
ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC).timestamp()


class Scheduler:
    """The service on a baseplate; `given` is what the toy target was given."""

    def __init__(self, baseplate: Baseplate, given: list[Delivery]) -> None:
        self.baseplate = baseplate
        self.context = baseplate.context()
        self.given = given

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("scheduler", operation, **request)

    def create(self, expression: str, name: str = "s", target: dict[str, Any] | None = None, **members: Any) -> str:
        request = {"FlexibleTimeWindow": {"Mode": "OFF"}, **members}
        made = self.call(
            "CreateSchedule",
            Name=name,
            ScheduleExpression=expression,
            Target={"Arn": TOY, "RoleArn": ROLE, **(target or {})},
            **request,
        )
        return str(made["ScheduleArn"])

    def move_to(self, moment: str) -> None:
        """Set the clock to a time of 2026-11-23, or to a date and time."""
        text = moment if "T" in moment else f"2026-11-23T{moment}"
        clock.move(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - clock.now())
        self.baseplate.controllers.wake_all()

    def until(self, count: int) -> list[Delivery]:
        """The deliveries, once there are so many."""
        deadline = time.monotonic() + 10
        while len(self.given) < count:
            assert time.monotonic() < deadline, (self.given, self.dispatches())
            time.sleep(0.005)
        return self.given

    def rest(self) -> int:
        """How many deliveries there are when nothing moves any more."""
        time.sleep(0.15)
        return len(self.given)

    def dispatches(self) -> list[Any]:
        with self.baseplate.store.read() as connection:
            return list(connection.execute(select(dispatches).order_by(dispatches.c.id)))


@pytest.fixture
def open_scheduler(make_baseplate: Callable[..., Baseplate], noon: float) -> Callable[[], Scheduler]:
    """Opens the same data folder, as a server does that starts (again)."""
    given: list[Delivery] = []

    def start(_context: Context, delivery: Delivery) -> str:
        given.append(delivery)
        return f"{delivery.arn}/run/{len(given)}"

    def make() -> Scheduler:
        toy = {"toy": lambda _baseplate: Brick("toy", (), targets={"thing/": start})}
        baseplate = make_baseplate({**bricks.makers(), **toy})
        baseplate.start()
        return Scheduler(baseplate, given)

    return make


@pytest.fixture
def scheduler(open_scheduler: Callable[[], Scheduler]) -> Scheduler:
    return open_scheduler()
