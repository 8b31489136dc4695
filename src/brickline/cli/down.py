"""`brickline down`: end the server."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import click

from brickline.cli.common import data_option
from brickline.connection.discovery import running

_SECONDS = 30


@click.command("down")
@data_option
def command(data: Path) -> None:
    """End the server. Jobs that run go on; the next `brickline up` picks up their results."""
    info = running(data)
    if info is None:
        click.echo(f"no server runs on {data}")
        return
    if not _end(info.pid, signal.SIGTERM):
        click.echo(f"it did not end within {_SECONDS} s; killing it (nothing is lost by that)", err=True)
        _end(info.pid, signal.SIGKILL)
    click.echo("Brickline is down")


def _end(pid: int, how: signal.Signals) -> bool:
    """Send the signal and wait for the process to be gone."""
    import select

    with contextlib.suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(process, how)
            return bool(select.select([process], [], [], _SECONDS)[0])
        finally:
            os.close(process)
    return True
