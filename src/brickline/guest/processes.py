"""Runs the commands of a job: output passes through live, stderr is kept for the explanation of a failure."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from . import warm
from .failures import CommandFailed

_KEPT = 256 * 1024
"""How much of the end of stderr is looked at for an explanation."""

_LINGERING = 1.0
"""Seconds that stderr may stay open after the command's end: a process that it left behind may hold it for ever."""


def check(kind: str, command: list[str], folder: Path) -> None:
    """Run `command` in `folder` to its end. Raises CommandFailed, of this kind, unless it ends with 0."""
    sys.stdout.flush()
    try:
        process = warm.start(command, folder)
    except OSError as error:
        raise CommandFailed(kind, command, 127, str(error)) from error
    previous = signal.signal(signal.SIGTERM, lambda number, _frame: process.send_signal(number))
    errors = PassedThrough(process)
    try:
        return_code = process.wait()
    finally:
        signal.signal(signal.SIGTERM, previous)
    errors.join(_LINGERING)
    if return_code:
        raise CommandFailed(kind, command, return_code, errors.text)


class PassedThrough(threading.Thread):
    """Copies a process's stderr to ours as it comes, and keeps the end of it."""

    def __init__(self, process: warm.Script) -> None:
        super().__init__(daemon=True)
        assert process.stderr is not None
        self._source = process.stderr
        self._kept = b""
        self.start()

    @property
    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")

    def run(self) -> None:
        while chunk := os.read(self._source.fileno(), 65536):
            self._kept = (self._kept + chunk)[-_KEPT:]
            while chunk:
                chunk = chunk[os.write(2, chunk) :]
