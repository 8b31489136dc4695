"""`brickline env`: shell lines that point a shell at the server, or back."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

import click

from brickline.cli.common import data_option, running_server
from brickline.connection.environment import REMOVED, VARIABLES, environment

_SHELLS = ("bash", "zsh", "sh", "fish")


@click.command("env")
@data_option
@click.option("--shell", type=click.Choice(_SHELLS), help="Whose lines (default: by $SHELL).")
@click.option("--unset", is_flag=True, help="Lines that take everything back: to AWS.")
def command(data: Path, shell: str | None, unset: bool) -> None:
    """Print shell lines that point boto3, sagemaker, aws and git at the server.

    \b
    eval "$(brickline env)"            bash, zsh
    brickline env | source             fish
    eval "$(brickline env --unset)"    back to AWS
    """
    is_fish = (shell or Path(os.environ.get("SHELL", "bash")).name) == "fish"
    if unset:
        lines = _unset(VARIABLES, is_fish)
    else:
        lines = [*_unset(REMOVED, is_fish), *_set(environment(running_server(data), data), is_fish)]
    click.echo("\n".join(lines))


def _set(variables: dict[str, str], is_fish: bool) -> list[str]:
    if is_fish:
        return [f"set -gx {name} {shlex.quote(value)}" for name, value in variables.items()]
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def _unset(names: Iterable[str], is_fish: bool) -> list[str]:
    return [f"set -e {name}" if is_fish else f"unset {name}" for name in names]
