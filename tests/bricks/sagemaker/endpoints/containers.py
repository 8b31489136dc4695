"""Containers for tests of endpoints: real processes in sandboxes that speak HTTP, each as its definition's MODEL says.

MODEL is Python source that may define `answer(path, headers, body) -> (status, headers, body)`. They start in a few
milliseconds, and can do what a well-kept model server would not.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.serving.connection import Container
from brickline.bricks.sagemaker.serving.containers import NotStarted, Order, Say
from brickline.runtimes import Job, Limits, Mount, Runtime

PROGRAM = Path(__file__).with_name("container_program.py")
_CHANNEL = "/run/channel"


class ProgramStarter:
    """Starts the program in place of the image's model server."""

    def __init__(self, baseplate: Baseplate, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._runtime = runtime

    def container(self, order: Order) -> Container:
        return Container(order.folder / "channel" / "http")

    def start(self, _context: Context, order: Order, _say: Say) -> None:
        variables: dict[str, str] = order.definition.get("Environment", {})
        if "UNSTARTABLE" in variables:
            raise NotStarted(variables["UNSTARTABLE"])
        channel = order.folder / "channel"
        channel.mkdir(parents=True, exist_ok=True)
        prefixes = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib")}
        self._runtime.start(
            Job(
                folder=order.folder,
                command=(sys.executable, str(PROGRAM)),
                environment={"SOCKET": f"{_CHANNEL}/http", "PYTHONDONTWRITEBYTECODE": "1", **variables},
                mounts=(
                    Mount(channel, _CHANNEL, writable=True),
                    Mount(PROGRAM, str(PROGRAM)),
                    *(Mount(Path(prefix), prefix) for prefix in prefixes),
                ),
                limits=Limits(grace_seconds=1.0),
                notify=self._baseplate.watcher.address,
                token=order.token,
            )
        )
