"""A worker: one process in a sandbox that answers one invocation after the other."""

from __future__ import annotations

import time
from pathlib import Path

from brickline.baseplate.brick import Shape
from brickline.bricks.awslambda.execution.channel import Channel, OnOutput
from brickline.bricks.awslambda.execution.log_writer import Stream
from brickline.bricks.awslambda.lookup import Target
from brickline.runtimes import Job, JobState, Runtime, read_output, wait_for_end

_CHANNEL = "channel"
_LONGEST_ENDING = 5.0


class Worker:
    """Of one version of a function. Not started until `start`; used by one invocation at a time."""

    def __init__(self, runtime: Runtime, target: Target, folder: Path, stream: Stream) -> None:
        self.target = target
        self.stream = stream
        self.folder = folder
        self.created = time.monotonic()
        self.last_used = self.created
        self.init_seconds = 0.0
        self.memory_used = 0
        self.is_ready = False
        self._runtime = runtime
        self._channel = Channel(self.channel_folder)

    @property
    def is_alive(self) -> bool:
        """Whether an idle worker can be invoked: threads of a function may end the process between invocations."""
        return self.is_ready and self._channel.is_open

    @property
    def channel_folder(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-{_CHANNEL}")

    def start(self, job: Job, deadline: float, on_output: OnOutput) -> Shape:
        """Start the process; gives its first frame, `ready` or not. Raises LaunchFailed, TimeoutError, Closed."""
        began = time.monotonic()
        try:
            self._runtime.start(job)
            self._channel.accept(deadline, self._runtime.supervisor_pid(self.folder))
            frame = self._channel.receive(deadline, on_output)
        finally:
            self.init_seconds = time.monotonic() - began
        self.is_ready = bool(frame["ready"])
        return frame

    def invoke(self, invocation: Shape, deadline: float, on_output: OnOutput) -> Shape:
        """The frame with the outcome. Raises TimeoutError and Closed, after which the worker is of no more use."""
        self.is_ready = False
        self._channel.send(invocation, deadline)
        outcome = self._channel.receive(deadline, on_output)
        self.memory_used = outcome.get("max_memory_mb", 0)
        self.is_ready = True
        return outcome

    def ending(self, on_output: OnOutput) -> JobState:
        """How the process ended, once it has; with what it said before it was connected."""
        pid = self._runtime.supervisor_pid(self.folder)
        if pid is not None:
            wait_for_end(pid, _LONGEST_ENDING)
        self._channel.drain(on_output)
        for _, line in read_output(self.folder, 0)[0]:
            on_output(line.encode() + b"\n")
        return self._runtime.state(self.folder)

    def kill(self) -> None:
        """From another thread than the one that uses the worker, which then sees it end."""
        self._runtime.forget(self.folder)

    def close(self) -> None:
        """Kill the process and forget its files."""
        self._channel.close()
        self._runtime.forget(self.folder)
        for path in self.channel_folder.iterdir():
            path.unlink()
        self.channel_folder.rmdir()
