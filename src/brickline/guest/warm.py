"""Goes on as a Python script, or has one started, without a fresh interpreter where the platform has a loaded one.

The launcher that forked this process has put its module `brickline_launcher` into it: `go_on(arguments, python,
environment)` never returns. Without it the process was started in the ordinary way, and so are its scripts.

`serve` leaves a twin of this process behind that forks scripts for whoever asks on a socket in the job's `/tmp`: the
training toolkit, and `python` as shell scripts find it (asking.py). Scripts see nothing of what came after.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, Protocol

from . import forks, layer

FOLDER = "/tmp/.brickline/warm"
"""`python` and the like, which ask for a fork; it comes first on the PATH of commands that are no Python."""


class Script(Protocol):
    """What is used of a started script, as subprocess.Popen has it."""

    stderr: IO[bytes] | None

    def wait(self) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


def go_on(command: list[str], python: str) -> None:
    """Become `command` if it is the layer's `python` with a script, or `train` or `serve`; returns where it cannot."""
    launcher = sys.modules.get("brickline_launcher")
    if launcher is None:
        return
    found = Path(shutil.which(command[0]) or "")
    if found.parent == Path(python).parent and found.name.startswith("python"):
        launcher.go_on(command[1:], python, dict(os.environ))
    if found != Path(python).with_name("serve"):
        serve(python)
    for name, script in layer.PLATFORM_COMMANDS.items():
        if found == Path(python).with_name(name):
            launcher.go_on([str(script), *command[1:]], python, dict(os.environ), is_platform=True)


def serve(python: str) -> None:
    """Have scripts forked from a copy of this process as it is now, and PATH lead to it."""
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    packages = str(Path(__file__).absolute().parent.parent)
    asking = f"import sys\nsys.path.insert(0, {packages!r})\nfrom guest.asking import main\nmain({python!r})\n"
    for name in ("python", "python3", f"python3.{sys.version_info[1]}"):
        (folder / name).write_text(f"#!{python} -IS\n{asking}", encoding="utf-8")
        (folder / name).chmod(0o755)
    forks.serve(forks.SOCKET, lambda arguments, environment: _become(arguments, python, environment))
    os.environ["PATH"] = os.pathsep.join((FOLDER, os.environ.get("PATH", os.defpath)))


def start(command: list[str], folder: Path) -> Script:
    """Run `command` in `folder`, its stderr in a pipe. Raises OSError."""
    if Path(command[0]) == Path(sys.executable) and Path(forks.SOCKET).exists():
        return _Fork(command[1:], folder)
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)


def _become(arguments: list[str], python: str, environment: dict[str, str]) -> None:
    sys.modules["brickline_launcher"].go_on(arguments, python, environment)


class _Fork:
    """A script that the twin has forked, and waits for."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        errors, script_errors = os.pipe()
        try:
            self._request = forks.Request(arguments, str(folder), dict(os.environ), (0, 1, script_errors))
        finally:
            os.close(script_errors)
        self.stderr: IO[bytes] | None = os.fdopen(errors, "rb", buffering=0)

    def wait(self) -> int:
        """The return code as subprocess has it: negative for a signal."""
        return self._request.wait()

    def send_signal(self, number: int, /) -> None:
        self._request.send_signal(number)
