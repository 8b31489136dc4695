"""A program that kills itself (SIGKILL) at a moment between an event and what it starts: `killed.py DATA MOMENT`."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from brickline import bricks
from brickline.baseplate.brick import Brick, Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind
from brickline.baseplate.resources import Resources
from brickline.baseplate.settings import Settings
from brickline.baseplate.targets import Delivery

RUN = Kind("toy", "run", "Name", "Arn", "run/{name}", ("Missing", "{name}"), ("Taken", "{name}"))
MOMENTS = ("while the event is heard", "before its commit", "before it is noted", "after its commit")
THING = "arn:aws:toy:us-east-1:123456789012:thing/a"


def kill(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(data: Path, moment: str) -> None:
    def start(context: Context, delivery: Delivery) -> str:
        Resources(baseplate, RUN).create(context, delivery.token, {})
        if moment == "before its commit":
            kill()
        if moment == "after its commit":
            baseplate.store.after_commit(kill)
        return ""

    toy = {"toy": lambda _: Brick("toy", (), targets={"thing/": start})}
    baseplate = Baseplate(Settings(data=data), {**bricks.makers(), **toy}, bricks.LISTENERS)
    if moment == "before it is noted":
        baseplate.dispatch._note = kill  # type: ignore[method-assign]
    if moment == "while the event is heard":
        baseplate.dispatch.add = kill  # type: ignore[method-assign]
    baseplate.start()
    context = baseplate.context()
    context.call("events", "PutRule", Name="r", EventPattern=json.dumps({"source": ["my.app"]}))
    context.call("events", "PutTargets", Rule="r", Targets=[{"Id": "t", "Arn": THING}])
    context.call("events", "PutEvents", Entries=[{"Source": "my.app", "DetailType": "t", "Detail": "{}"}])
    time.sleep(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
