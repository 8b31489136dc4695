"""Start a server of its own session, and wait until it answers or says why not."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from brickline.connection.discovery import ServerInfo, running

LOG = "server.log"
_SECONDS = 60.0


class StartFailed(Exception):
    """The server did not come up; the message has its last words."""


def start(data: Path, flags: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> ServerInfo:
    """Start `brickline up` in the background on the data folder; its output goes to `<data>/server.log`."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = data / LOG
    offset = log.stat().st_size if log.exists() else 0
    ready, tell = os.pipe()
    command = [sys.executable, "-m", "brickline", "up", "--data", str(data), "--ready-fd", str(tell), *flags]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[tell],
            start_new_session=True,
            env=environment or os.environ,
        )
    os.close(tell)
    try:
        is_up = _wait(ready)
    finally:
        os.close(ready)
    info = running(data)
    if is_up and info:
        return info
    process.kill()
    process.wait()
    raise StartFailed(_last_words(log, offset))


def _wait(ready: int) -> bool:
    readable, _, _ = select.select([ready], [], [], _SECONDS)
    return bool(readable) and os.read(ready, 16) == b"ready\n"


def _last_words(log: Path, offset: int) -> str:
    with log.open("rb") as file:
        file.seek(offset)
        text = file.read().decode("utf-8", "replace").strip()
    return "\n".join(text.splitlines()[-15:]) or f"it said nothing within {_SECONDS:.0f} s (log: {log})"
