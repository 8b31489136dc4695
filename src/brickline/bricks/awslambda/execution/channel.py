"""The server's end of a worker: a Unix socket with frames, and a pipe with what the function prints.

The pipe is beside the socket so that all output of an invocation is there before its outcome is read. The frames are
described in `guest/lambda_worker.py`.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

from brickline.baseplate.brick import Shape
from brickline.baseplate.watcher import bind_private

SOCKET, OUTPUT = "socket", "output"

_LENGTH = struct.Struct(">I")
_CHUNK = 1 << 20

OnOutput = Callable[[bytes], None]


class Closed(Exception):
    """The worker has ended, or never came to be."""


class Channel:
    """Made before the worker starts, in a `folder` that its sandbox shows. One thread at a time uses it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        os.mkfifo(folder / OUTPUT, 0o600)
        self._output: int | None = os.open(folder / OUTPUT, os.O_RDONLY | os.O_NONBLOCK)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bind_private(self._listener, folder / SOCKET)
        self._listener.listen(1)
        self._connection: socket.socket | None = None
        self._received = bytearray()

    def accept(self, deadline: float, supervisor: int | None) -> None:
        """Wait for the worker until a moment of the monotonic clock. Raises Closed once process `supervisor` ends."""
        try:
            pidfd = os.pidfd_open(supervisor) if supervisor else None
        except ProcessLookupError:
            pidfd = None
        if pidfd is None:
            raise Closed
        try:
            ready = _wait(deadline, self._listener.fileno(), pidfd)
        finally:
            os.close(pidfd)
        if self._listener.fileno() not in ready:
            raise Closed
        self._connection, _ = self._listener.accept()

    def send(self, frame: Shape, deadline: float) -> None:
        assert self._connection is not None
        data = json.dumps(frame).encode()
        self._connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            self._connection.sendall(_LENGTH.pack(len(data)) + data)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed from None

    def receive(self, deadline: float, on_output: OnOutput) -> Shape:
        """The next frame; output goes to `on_output` as it comes. Raises TimeoutError at the deadline, and Closed."""
        assert self._connection is not None
        connection = self._connection.fileno()
        while (frame := self._whole_frame()) is None:
            ready = _wait(deadline, connection, *([] if self._output is None else [self._output]))
            if self._output in ready:
                self._take_output(on_output)
            if connection in ready:
                self._take_bytes(on_output)
        self.drain(on_output)
        return frame

    @property
    def is_open(self) -> bool:
        """Whether the worker is there; between invocations it says nothing, so that only its end can be read."""
        if self._connection is None:
            return False
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return not poll.poll(0)

    def drain(self, on_output: OnOutput) -> None:
        """All output that is there already."""
        while self._output is not None and self._take_output(on_output):
            pass

    def close(self) -> None:
        for end in (self._listener, self._connection):
            if end is not None:
                end.close()
        if self._output is not None:
            os.close(self._output)
            self._output = None

    def _take_bytes(self, on_output: OnOutput) -> None:
        assert self._connection is not None
        try:
            data = self._connection.recv(_CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self.drain(on_output)
            raise Closed
        self._received += data

    def _whole_frame(self) -> Shape | None:
        if len(self._received) < _LENGTH.size:
            return None
        end = _LENGTH.size + _LENGTH.unpack_from(self._received)[0]
        if len(self._received) < end:
            return None
        frame: Shape = json.loads(self._received[_LENGTH.size : end])
        del self._received[:end]
        return frame

    def _take_output(self, on_output: OnOutput) -> bool:
        assert self._output is not None
        try:
            data = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            on_output(data)
        elif self._connection is not None:
            os.close(self._output)  # every writer is gone; the pipe would be ready for ever
            self._output = None
        return bool(data)


def _wait(deadline: float, *handles: int) -> set[int]:
    """The handles that have something to read. Raises TimeoutError at the deadline."""
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    ready = {handle for handle, _ in poll.poll(max(deadline - time.monotonic(), 0) * 1000)}
    if not ready:
        raise TimeoutError
    return ready
