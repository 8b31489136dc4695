"""The command line as a subprocess, on data folders of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BRICKLINE = str(Path(sys.executable).parent / "brickline")
FREE_PORTS = ("--port", "0", "--proxy-port", "0")

Done = subprocess.CompletedProcess[str]


def call(*words: str, **variables: str) -> Done:
    """Run `brickline WORDS` in this process's environment less AWS's variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRICKLINE_"))}
    return subprocess.run(
        [BRICKLINE, *words], capture_output=True, text=True, timeout=60, env={**environment, **variables}, check=False
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a server that runs for a module's tests."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    started = call("up", "--detach", "--data", str(folder), *FREE_PORTS)
    assert started.returncode == 0, started.stdout + started.stderr
    yield folder
    call("down", "--data", str(folder))


@pytest.fixture
def brickline(data: Path) -> Callable[..., Done]:
    """`brickline("status")` on the running server."""
    return lambda command, *words, **variables: call(command, "--data", str(data), *words, **variables)
