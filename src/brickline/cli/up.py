"""`brickline up`: start the server."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from brickline.baseplate.settings import BadSetting, load
from brickline.cli.common import data_option, since
from brickline.connection import launch
from brickline.connection.discovery import ServerInfo, running
from brickline.console.keys import link


@click.command("up")
@data_option
@click.option("--detach", "-d", is_flag=True, help="Start in the background; returns once the server answers.")
@click.option("--port", type=click.IntRange(0, 65535), help="The gateway's port (0: any free one; default 4599).")
@click.option("--proxy-port", type=click.IntRange(0, 65535), help="The forward proxy's port (default 4598).")
@click.option("--region", help="The default region (us-east-1).")
@click.option("--account", help="The default account (123456789012).")
@click.option(
    "--store", "store_url", metavar="URL", help="Keep state in PostgreSQL: postgresql+psycopg://user@host/db."
)
@click.option("--fallback", metavar="URL", help="Pass on what Brickline does not have to another endpoint.")
@click.option("--verify-signatures/--no-verify-signatures", default=None, help="Check request signatures (default).")
@click.option(
    "--exact-images/--nearest-images", default=None, help="Refuse images that are not there in their version."
)
@click.option("--warm/--no-warm", default=None, help="Fork jobs from interpreters that are loaded (default).")
@click.option("--ready-fd", type=int, hidden=True, help="A descriptor to say `ready` to.")
def command(data: Path, detach: bool, ready_fd: int | None, **flags: Any) -> None:
    """Start the server on loopback: in the foreground until Ctrl-C, or with --detach in the background.

    State lies in the data folder; starting again carries on where it was, whatever ended it.
    """
    if info := running(data):
        _tell(info, data, "is running already")
    elif detach:
        _detach(data, flags)
    else:
        _serve(data, ready_fd, flags)


def _detach(data: Path, flags: dict[str, Any]) -> None:
    try:
        info = launch.start(data, _as_words(flags))
    except launch.StartFailed as error:
        raise click.ClickException(f"the server did not start:\n{error}") from None
    _tell(info, data, "is up")


def _serve(data: Path, ready_fd: int | None, flags: dict[str, Any]) -> None:
    from brickline.cli.serve import CannotServe, serve

    def ready(info: ServerInfo) -> None:
        if ready_fd is None:
            _tell(info, data, "is up; Ctrl-C ends it")
        else:
            os.write(ready_fd, b"ready\n")
            os.close(ready_fd)

    try:
        serve(load(data, flags), ready, None if ready_fd is None else data / launch.LOG)
    except (BadSetting, CannotServe) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _as_words(flags: dict[str, Any]) -> list[str]:
    """The flags as they were given, for the process in the background."""
    names = {"store_url": "store", "exact_images": ("exact-images", "nearest-images")}
    words: list[str] = []
    for flag, value in flags.items():
        name = names.get(flag, flag.replace("_", "-"))
        if isinstance(value, bool):
            yes, no = name if isinstance(name, tuple) else (name, f"no-{name}")
            words.append(f"--{yes if value else no}")
        elif value is not None:
            words += [f"--{name}", str(value)]
    return words


def _tell(info: ServerInfo, data: Path, how: str) -> None:
    import time

    age = time.time() - info.started
    click.echo(f"Brickline {info.version} {how} at {info.endpoint_url} (pid {info.pid}, for {since(age)})")
    click.echo(f"  data     {data}")
    click.echo(f"  account  {info.account}, region {info.region}")
    click.echo(f'  connect  eval "$(brickline env --data {data})"    in a notebook: brickline.connect()')
    click.echo(f"  console  {link(data, info.endpoint_url)}")
