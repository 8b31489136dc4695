"""Forks of a process on request: who asks gives arguments, folder, variables and streams, and hears how it ended.

A request is four bytes of length (big-endian) and JSON, with the three descriptors beside it. After it, each byte that
comes is a signal to send to the script. The answer is the return code as text. Who goes away before it takes the script
along. Little is imported in here: a shell script's every `python` waits for it.
"""

from __future__ import annotations

import _socket
import array
import json
import os
import select
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Become = Callable[[list[str], dict[str, str]], None]

SOCKET = "/tmp/.brickline/python.sock"
_STREAMS = 3


class Request:
    """A script that is asked for. Raises OSError where nobody answers."""

    def __init__(
        self, arguments: list[str], folder: str, environment: dict[str, str], streams: tuple[int, int, int]
    ) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._socket.connect(SOCKET)
        mask = os.umask(0)
        os.umask(mask)
        data = json.dumps(
            {"arguments": arguments, "folder": folder, "environment": environment, "umask": mask}
        ).encode()
        rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", streams).tobytes())
        self._socket.sendmsg([len(data).to_bytes(4, "big")], [rights])
        self._socket.sendall(data)

    def send_signal(self, number: int) -> None:
        self._socket.send(bytes([number]))

    def wait(self) -> int:
        """The return code; negative for the signal that ended it. Killed where the twin itself is gone."""
        answer = b""
        while more := self._socket.recv(64):
            answer += more
        return int(answer) if answer else -signal.SIGKILL


def serve(address: str, become: Become) -> None:
    """Leave a twin of this process behind that serves for as long as the job runs; `become` never returns."""
    listening = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listening.bind(address)
    listening.listen(64)
    between = os.fork()
    if between == 0:
        if os.fork() == 0:
            _accept(listening.detach(), become)
        os._exit(0)  # the twin is nobody's child: what this process becomes may count its children
    os.waitpid(between, 0)
    listening.close()


def _accept(listening: int, become: Become) -> NoReturn:
    """The twin's life: a keeper for each request."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no burial
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(_STREAMS):
        os.dup2(null, stream)  # or who reads the job's output would wait for the twin's end
    connections = _socket.socket(fileno=listening)
    while True:
        connection, _ = connections._accept()  # type: ignore[attr-defined]  # what socket.accept calls
        if os.fork() == 0:
            connections.detach()
            os.close(listening)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(connection, become)
        os.close(connection)


def _keep(descriptor: int, become: Become) -> None:
    """Fork the script, pass signals on to it, and say how it ended; returns only in the script's process."""
    connection = _socket.socket(fileno=descriptor)
    request, streams = _receive(connection)
    if request is None:
        os._exit(0)
    pid = os.fork()
    if pid == 0:
        connection.detach()
        for stream, given in enumerate(streams):
            os.dup2(given, stream)
        os.closerange(_STREAMS, 65536)
        os.umask(request["umask"])
        os.chdir(request["folder"])
        become(request["arguments"], request["environment"])
    for given in streams:
        os.close(given)
    _stand_by(connection, pid)
    _, status = os.waitpid(pid, 0)
    try:
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    finally:  # whether anybody was there to hear it or not
        os._exit(0)


def _receive(connection: Any) -> tuple[dict[str, Any] | None, list[int]]:
    room = _socket.CMSG_SPACE(_STREAMS * array.array("i").itemsize)
    length, ancillary, _, _ = connection.recvmsg(4, room)
    streams = array.array("i")
    for _level, _kind, data in ancillary:
        streams.frombytes(data)
    wanted, text = int.from_bytes(length, "big"), b""
    while len(text) < wanted and (more := connection.recv(65536)):
        text += more
    if len(streams) != _STREAMS or len(text) < wanted or not wanted:
        return None, []
    request: dict[str, Any] = json.loads(text)
    return request, list(streams)


def _stand_by(connection: Any, pid: int) -> None:
    """Until the script has ended."""
    handle = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(connection.fileno(), select.POLLIN)
    while True:
        ready = [number for number, _ in poll.poll()]
        if handle in ready:
            return
        number = connection.recv(1)
        if number:
            os.kill(pid, number[0])
        else:
            os.kill(pid, signal.SIGKILL)
            poll.unregister(connection.fileno())
