"""Builds and awaits real sandboxes."""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from brickline.runtimes import Job, JobState, Mount, SandboxRuntime, read_output

PYTHON = os.path.realpath(sys.executable)
INTERPRETER = Mount(Path(sys.base_prefix), sys.base_prefix)


class Sandboxes:
    """A runtime, a place for jobs' folders, and what a test asks of them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.runtime = SandboxRuntime()
        self.folders: list[Path] = []

    def job(self, command: str | tuple[str, ...], name: str = "job", **members: Any) -> Job:
        """A job that runs Python source, or a command as it is."""
        line = (PYTHON, "-I", "-c", command) if isinstance(command, str) else command
        members.setdefault("environment", {})
        members["mounts"] = (INTERPRETER, *members.get("mounts", ()))
        return Job(self.place / name, line, **members)

    def start(self, command: str | tuple[str, ...], name: str = "job", **members: Any) -> Path:
        job = self.job(command, name, **members)
        self.folders.append(job.folder)
        self.runtime.start(job)
        return job.folder

    def run(self, command: str | tuple[str, ...], name: str = "job", **members: Any) -> JobState:
        return self.wait(self.start(command, name, **members))

    def wait(self, folder: Path, seconds: float = 30) -> JobState:
        """The state once the supervisor has gone."""
        pid = self.runtime.supervisor_pid(folder)
        if pid is not None:
            wait_for_end(pid, seconds)
        return self.runtime.state(folder)

    def output(self, name: str = "job") -> list[str]:
        lines, offset = [], 0
        while True:
            more, offset = read_output(self.place / name, offset)
            if not more:
                return lines
            lines += [line for _, line in more]

    def answer(self, source: str, name: str = "job", **members: Any) -> Any:
        """What the Python source prints as JSON."""
        state = self.run(source, name, **members)
        assert state.exit_code == 0, (state, self.output(name))
        return json.loads(self.output(name)[-1])


def wait_for_end(pid: int, seconds: float = 30) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], seconds)[0], f"process {pid} has not ended in {seconds} seconds"
    finally:
        os.close(handle)


@pytest.fixture
def sandboxes() -> Iterator[Sandboxes]:
    place = Path(tempfile.mkdtemp(prefix="brickline-runtimes-"))
    made = Sandboxes(place)
    yield made
    for folder in made.folders:
        made.runtime.forget(folder)
    shutil.rmtree(place)


@pytest.fixture
def await_line(sandboxes: Sandboxes) -> Callable[..., None]:
    """Wait until a job has written a line: by its notes, not by looking again and again."""
    import socket

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(sandboxes.place / "notes"))
    listener.settimeout(20)

    def wait(line: str, name: str = "job") -> None:
        while line not in sandboxes.output(name):
            listener.recv(64)

    return wait
