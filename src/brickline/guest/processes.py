"""Runs the commands of a job: output passes through live, stderr is kept for the explanation of a failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from .failures import CommandFailed

_KEPT = 256 * 1024
"""How much of the end of stderr is looked at for an explanation."""


def check(kind: str, command: list[str], folder: Path) -> None:
    """Run `command` in `folder` to its end. Raises CommandFailed, of this kind, unless it ends with 0."""
    sys.stdout.flush()
    try:
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
    except OSError as error:
        raise CommandFailed(kind, command, 127, str(error)) from error
    previous = signal.signal(signal.SIGTERM, lambda number, _frame: process.send_signal(number))
    try:
        written = _passed_through(process)
        return_code = process.wait()
    finally:
        signal.signal(signal.SIGTERM, previous)
    if return_code:
        raise CommandFailed(kind, command, return_code, written)


def _passed_through(process: subprocess.Popen[bytes]) -> str:
    """Copy the process's stderr to ours as it comes, and return the end of it."""
    assert process.stderr is not None
    kept = b""
    while chunk := os.read(process.stderr.fileno(), 65536):
        view = chunk
        while view:
            view = view[os.write(2, view) :]
        kept = (kept + chunk)[-_KEPT:]
    process.stderr.close()
    return kept.decode("utf-8", "replace")
