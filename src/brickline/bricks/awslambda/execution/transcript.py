"""What one invocation leaves in the log: the platform's lines, and what the function prints between them."""

from __future__ import annotations

import math

from brickline.baseplate import clock
from brickline.bricks.awslambda.execution.log_writer import LogWriter, Stream

_TAIL = 4096
"""Bytes at the end of the log that an answer carries (LogType Tail)."""


class Transcript:
    """Lines go to the log stream as they come; the last of them are kept for the answer."""

    def __init__(self, writer: LogWriter, stream: Stream, request_id: str, version: str) -> None:
        self._writer = writer
        self._stream = stream
        self._request_id = request_id
        self._version = version
        self._partial = b""
        self._lines: list[str] = []

    def feed(self, data: bytes) -> None:
        """Output of the function, cut anywhere."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self.add(line.decode("utf-8", "replace"))

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._writer.put(self._stream, (int(clock.now() * 1000), line))

    def initialize(self, runtime: str) -> None:
        self.add(f"INIT_START Runtime Version: {runtime.replace('python', 'python:')}")

    def start(self) -> None:
        self.add(f"START RequestId: {self._request_id} Version: {self._version}")

    def end(self, seconds: float, memory_size: int, memory_used: int, init_seconds: float | None, status: str) -> None:
        if self._partial:
            self.feed(b"\n")
        self.add(f"END RequestId: {self._request_id}")
        self.add(
            f"REPORT RequestId: {self._request_id}\t{_report(seconds, memory_size, memory_used, init_seconds)}{status}"
        )

    def tail(self) -> bytes:
        return "".join(f"{line}\n" for line in self._lines[-200:]).encode()[-_TAIL:]


def _report(seconds: float, memory_size: int, memory_used: int, init_seconds: float | None) -> str:
    duration = seconds * 1000
    billed = math.ceil(duration + (init_seconds or 0) * 1000)
    parts = [
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {memory_size} MB",
        f"Max Memory Used: {memory_used} MB",
    ]
    if init_seconds is not None:
        parts.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    return "\t".join(parts) + "\t"
