"""`brickline exec`: run one command that reaches the server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from brickline.cli.common import data_option
from brickline.connection import launch
from brickline.connection.discovery import running
from brickline.connection.environment import REMOVED, environment


@click.command("exec", context_settings={"ignore_unknown_options": True})
@data_option
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
def command(data: Path, words: tuple[str, ...]) -> None:
    """Run COMMAND with the environment that `brickline env` gives, starting a server where none runs.

    \b
    brickline exec -- python my_pipeline.py
    brickline exec -- aws s3 ls
    """
    info = running(data)
    if info is None:
        click.echo(f"starting a server on {data}", err=True)
        try:
            info = launch.start(data)
        except launch.StartFailed as error:
            raise click.ClickException(f"the server did not start:\n{error}") from None
    variables = {name: value for name, value in os.environ.items() if name not in REMOVED}
    try:
        os.execvpe(words[0], words, variables | environment(info, data))  # signals and exit code are the command's own
    except FileNotFoundError:
        click.echo(f"brickline exec: {words[0]}: command not found", err=True)
        sys.exit(127)
    except PermissionError:
        click.echo(f"brickline exec: {words[0]}: permission denied", err=True)
        sys.exit(126)
