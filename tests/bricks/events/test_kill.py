"""The process is killed (SIGKILL) between an event and what it starts, on both sides: it is started once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bricks.events import killed
from tests.bricks.events.killed import RUN

from brickline import bricks
from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.baseplate.targets import Delivery


@pytest.mark.parametrize("moment", killed.MOMENTS)
def test_killed(tmp_path: Path, make_baseplate: Callable[..., Baseplate], moment: str) -> None:
    done = subprocess.run([sys.executable, killed.__file__, str(tmp_path / "data"), moment], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    started: list[str] = []
    baseplate = make_baseplate({**_toy(started), **bricks.makers()}, data=tmp_path / "data")
    baseplate.start()
    mark = baseplate.context()
    mark.call("events", "PutEvents", Entries=[{"Source": "my.app", "DetailType": "t", "Detail": "{}"}])
    _wait(lambda: len(_runs(baseplate)) == 2)
    assert len(started) == (1 if moment == "after its commit" else 2)


def _toy(started: list[str]) -> dict[str, object]:
    def brick(baseplate: Baseplate) -> Brick:
        def start(context: Context, delivery: Delivery) -> str:
            Resources(baseplate, RUN).create(context, delivery.token, {})
            started.append(delivery.token)
            return ""

        return Brick("toy", (), targets={"thing/": start})

    return {"toy": brick}


def _runs(baseplate: Baseplate) -> list[str]:
    return [run.name for run in Resources(baseplate, RUN).all(baseplate.context())]


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
