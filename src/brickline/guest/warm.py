"""Goes on as a Python script, or starts one, without a fresh interpreter where the platform has a loaded one.

The launcher that forked this process has put its module `brickline_launcher` into it: `go_on(arguments, python,
environment)` never returns. Without it the process was started in the ordinary way, and so are its scripts.
"""

from __future__ import annotations

import array
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Protocol

_LONGEST = 1 << 20


class Script(Protocol):
    """What is used of a started script, as subprocess.Popen has it."""

    stderr: IO[bytes] | None

    def wait(self) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


def go_on(command: list[str], python: str) -> None:
    """Become `command` if it is the layer's `python` with a script, or `train`; returns where it has to be executed."""
    launcher = sys.modules.get("brickline_launcher")
    if launcher is None:
        return
    found = shutil.which(command[0])
    if found == str(Path(python).with_name("train")):
        training = Path(__file__).with_name("training.py")
        launcher.go_on([str(training), *command[1:]], python, dict(os.environ), is_platform=True)
    if found and Path(found).parent == Path(python).parent and Path(found).name.startswith("python"):
        launcher.go_on(command[1:], python, dict(os.environ))


class Twin:
    """A copy of this process as it was at the beginning, which forks scripts: they see nothing that came after.

    Requests go over a socket, as JSON with the descriptor of the script's stderr; answers are its pid, then its status.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._socket.close()
            _serve(theirs.detach())
        theirs.close()

    def start(self, command: list[str], folder: Path) -> Script:
        """Start `command`, whose first word is a Python, in `folder`."""
        errors, script_errors = os.pipe()
        request = {"command": command, "folder": str(folder), "environment": dict(os.environ)}
        descriptor = array.array("i", [script_errors])
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
        self._socket.sendmsg([json.dumps(request).encode()], ancillary)
        os.close(script_errors)
        pid = int(self._socket.recv(64))
        return _TwinsScript(pid, self._socket, os.fdopen(errors, "rb", buffering=0))


_twin: Twin | None = None


def prepare() -> None:
    """To be called before this process does anything that a script should not see."""
    global _twin
    if "brickline_launcher" in sys.modules:
        _twin = Twin()


def start(command: list[str], folder: Path) -> Script:
    """Run `command` in `folder`, its stderr in a pipe. Raises OSError."""
    if _twin is not None and Path(command[0]) == Path(sys.executable):
        return _twin.start(command, folder)
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)


class _TwinsScript:
    """A script that the twin has started, and waits for."""

    def __init__(self, pid: int, twin: socket.socket, stderr: IO[bytes]) -> None:
        self.stderr: IO[bytes] | None = stderr
        self._pid = pid
        self._twin = twin

    def wait(self) -> int:
        """The return code as subprocess has it: negative for a signal."""
        return int(self._twin.recv(64))

    def send_signal(self, number: int, /) -> None:
        try:
            os.kill(self._pid, number)
        except ProcessLookupError:
            return


def _serve(requests: int) -> None:
    """The twin's life: one script at a time, until the process that it is a copy of has ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        connection = socket.socket(fileno=requests)
        request, stderr = _receive(connection)
        if request is None:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            connection.close()
            _become(request, stderr)
        os.close(stderr)
        connection.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())
        requests = connection.detach()


def _receive(connection: socket.socket) -> tuple[dict[str, Any] | None, int]:
    data, ancillary, _, _ = connection.recvmsg(_LONGEST, socket.CMSG_SPACE(4))
    if not data:
        return None, -1
    descriptors = array.array("i")
    descriptors.frombytes(ancillary[0][2])
    request: dict[str, Any] = json.loads(data)
    return request, descriptors[0]


def _become(request: dict[str, Any], stderr: int) -> None:
    os.dup2(stderr, 2)
    os.closerange(3, 65536)
    os.chdir(request["folder"])
    python, *arguments = request["command"]
    sys.modules["brickline_launcher"].go_on(arguments, python, request["environment"])
