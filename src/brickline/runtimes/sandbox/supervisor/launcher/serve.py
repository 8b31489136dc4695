"""The launcher's life: import what jobs have used, then fork a supervisor for every job, until nobody asks any more."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

from .. import command, status, supervise
from . import learned, program
from .imports import Imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LOOK = 10.0  # seconds between two looks at whether the launcher is still wanted
_LONGEST_REQUEST = 1 << 20


def main(settings: str) -> None:
    """Serve; in a job's process, run the job's scripts."""
    script = _serve(settings)
    while script is not None:  # not within an except clause: the script's errors would have a context
        script = program.run(script)


def _serve(settings: str) -> program.Become | None:
    """What this process is to become where it is a job's; None at the launcher's own end."""
    try:
        Launcher(**json.loads(settings)).serve()
    except program.Become as become:
        return become
    return None


class Launcher:
    """`listening` is the descriptor of a socket that is bound to `address`.

    `ready` is the last file of the environment's build, `modules` the one that remembers what jobs have imported.
    """

    def __init__(
        self, listening: int, address: str, ready: str, modules: str, memory_bytes: int, idle_seconds: float
    ) -> None:
        self._socket = socket.socket(fileno=listening)
        self._address = address
        self._identity = _identity(address)
        self._ready = ready
        self._built = _identity(ready)
        self._idle_seconds = idle_seconds
        self._imports = Imports(os.path.dirname(ready), modules, memory_bytes)

    def serve(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._imports.load()
        idle = 0.0
        while idle < self._idle_seconds and self._is_wanted():
            _reap()
            self._socket.settimeout(_LOOK)
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:
                idle += _LOOK
                continue
            idle = 0.0
            self._answer(caller)

    def _is_wanted(self) -> bool:
        """Not once the socket is another's or gone (the data folder was removed), or the environment was built anew."""
        return _identity(self._address) == self._identity and _identity(self._ready) == self._built

    def _answer(self, caller: socket.socket) -> None:
        request = _read(caller)
        if "job" in request:
            self._fork(caller, request["job"])
        elif "modules" in request:
            self._imports.learn(request["modules"])
        elif "end" in request:
            self._idle_seconds = 0.0
        caller.close()

    def _fork(self, caller: socket.socket, folder: str) -> None:
        """A supervisor for the job in `folder`; what it has to say at first goes to the caller."""
        sys.stdout.flush()
        sys.stderr.flush()
        if os.fork():
            return
        # From here on no socket object is left that would close a number which means something else by then.
        self._socket.close()
        os.dup2(caller.fileno(), 1)
        caller.close()
        os.setsid()
        os.dup2(os.open(os.path.join(folder, status.ERRORS), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        command.become = program.become
        supervise.before_end = lambda: self._teach(folder)
        try:
            supervise.main(folder)
        except program.Become:
            raise
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)

    def _teach(self, folder: str) -> None:
        """Tell the launcher which modules the job imported beyond those that were there."""
        modules = learned.of_job(folder)
        if not modules:
            return
        try:
            # By the folder's number: an address holds 107 bytes, and a data folder's path may be longer.
            place = os.open(os.path.dirname(self._address), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as launcher:
                launcher.settimeout(1.0)
                launcher.connect(f"/proc/self/fd/{place}/{os.path.basename(self._address)}")
                launcher.sendall(json.dumps({"modules": modules}).encode())
        except OSError:
            return  # it has ended: the next one learns from the next job


def _identity(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _read(caller: socket.socket) -> dict[str, Any]:
    """What the caller asks, all of it up to the end of its sending; nothing where it went away or speaks nonsense."""
    caller.settimeout(1.0)
    data = b""
    try:
        while len(data) < _LONGEST_REQUEST and (more := caller.recv(65536)):
            data += more
        request: dict[str, Any] = json.loads(data)
    except (OSError, ValueError):
        return {}
    caller.setblocking(True)
    return request


def _reap() -> None:
    """Children end at once: each has left its supervisor to nobody."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
