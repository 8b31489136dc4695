"""What all tests share: a baseplate in a temporary folder, with the bricks that a test names."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.stores import postgres, store, store_url

from brickline import bricks
from brickline.baseplate import clock
from brickline.baseplate.house import Baseplate, BrickMaker
from brickline.baseplate.settings import Settings
from brickline.images.catalogue import Catalogue
from brickline.images.environments import Environments

__all__ = ["postgres", "store", "store_url"]


@pytest.fixture
def make_baseplate(tmp_path: Path) -> Iterator[Callable[..., Baseplate]]:
    """`make_baseplate()` has every brick; `make_baseplate({"toy": maker})` just those. Closed after the test."""
    made: list[Baseplate] = []

    def make(
        makers: dict[str, BrickMaker] | None = None,
        data: Path | None = None,
        listeners: Iterable[str] = bricks.LISTENERS,
    ) -> Baseplate:
        settings = Settings(data=data or tmp_path / "data")
        baseplate = Baseplate(settings, bricks.makers() if makers is None else makers, listeners)
        made.append(baseplate)
        return baseplate

    yield make
    for baseplate in made:
        baseplate.close()


@pytest.fixture
def baseplate(make_baseplate: Callable[..., Baseplate]) -> Baseplate:
    """A baseplate with every brick, not started: nothing is driven until a test calls `start()`."""
    return make_baseplate()


@pytest.fixture
def later() -> Iterator[Callable[[float], None]]:
    """`later(seconds)` moves the clock, which is put back after the test."""
    moved: list[float] = []

    def move(seconds: float) -> None:
        moved.append(seconds)
        clock.move(seconds)

    yield move
    clock.move(-sum(moved))


@pytest.fixture
def noon() -> Iterator[float]:
    """It is noon of 2026-11-23 (UTC) when a test begins; the clock is put back after it."""
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
    before, began = clock.now(), time.monotonic()
    clock.move(moment - before)
    yield moment
    clock.move(before + (time.monotonic() - began) - clock.now())


@pytest.fixture(scope="session")
def environments() -> Environments:
    """Real environments for images. They are kept from one run to the next: building one takes many seconds."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Environments(cache / "brickline-tests" / "environments", Catalogue.load())
