"""A started baseplate with short ways to make rules, put events, and see what they started."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from brickline import bricks
from brickline.baseplate import clock
from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.schema import dispatches, outbox, places
from brickline.baseplate.targets import Delivery

TOY = "arn:aws:toy:us-east-1:123456789012:thing/a"


class Toy:
    """A service whose things can be started; it keeps what they were given, and refuses or fails when told to."""

    def __init__(self) -> None:
        self.given: list[Delivery] = []
        self.causes: list[str] = []
        self.error: Exception | None = None

    def brick(self, _: Baseplate) -> Brick:
        return Brick("toy", (), targets={"thing/": self.start})

    def start(self, context: Context, delivery: Delivery) -> str:
        if self.error:
            raise self.error
        self.given.append(delivery)
        self.causes.append(context.cause)
        return f"{delivery.arn}/run/{len(self.given)}"

    @property
    def inputs(self) -> list[Any]:
        return [json.loads(delivery.payload) for delivery in self.given]


class Events:
    """The service on a baseplate, and a toy target."""

    def __init__(self, baseplate: Baseplate, toy: Toy) -> None:
        self.baseplate = baseplate
        self.toy = toy
        self.context = baseplate.context()

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("events", operation, **request)

    def rule(self, pattern: Any, name: str = "r", arn: str = TOY, bus: str = "default", **target: Any) -> str:
        """A rule with one target; gives its ARN."""
        made = self.call("PutRule", Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
        self.call("PutTargets", Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": arn, **target}])
        return str(made["RuleArn"])

    def put(self, source: str = "my.app", kind: str = "Thing Happened", **detail: Any) -> str:
        """One event; gives its id."""
        return self.put_entry(Source=source, DetailType=kind, Detail=json.dumps(detail))

    def put_entry(self, **entry: Any) -> str:
        [done] = self.call("PutEvents", Entries=[entry])["Entries"]
        return str(done["EventId"])

    def dispatches(self, status: str | None = None) -> list[Any]:
        with self.baseplate.store.read() as connection:
            rows = connection.execute(select(dispatches).order_by(dispatches.c.id)).all()
        return [row for row in rows if status in (None, row.status)]

    def until(self, is_so: Callable[[], bool], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.dispatches()
            time.sleep(0.005)

    def settle(self) -> None:
        """Returns when every event so far was heard, and all that is due was started."""
        with self.baseplate.store.read() as connection:
            last = connection.scalar(select(func.max(outbox.c.seq))) or 0
        self.until(lambda: self._place() >= last and not self._due())

    def _place(self) -> int:
        with self.baseplate.store.read() as connection:
            return connection.scalar(select(places.c.seq).where(places.c.listener == "events")) or 0

    def _due(self) -> list[Any]:
        return [row for row in self.dispatches("waiting") if row.due <= clock.now()]


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def open_events(make_baseplate: Callable[..., Baseplate], toy: Toy) -> Callable[[], Events]:
    """Opens the same data folder, as a server does that starts (again)."""

    def make() -> Events:
        baseplate = make_baseplate({**bricks.makers(), "toy": toy.brick})
        baseplate.start()
        return Events(baseplate, toy)

    return make


@pytest.fixture
def events(open_events: Callable[[], Events]) -> Events:
    return open_events()
