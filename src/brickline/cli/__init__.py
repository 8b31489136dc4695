"""The command line: a file per command, imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from brickline.version import VERSION

COMMANDS = (
    "up",
    "down",
    "status",
    "console",
    "new",
    "env",
    "exec",
    "logs",
    "why",
    "rules",
    "workshop",
    "doctor",
    "images",
)


class _Commands(click.Group):
    """Loads a command's module by its name, so that `--help` and completion stay quick."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f"brickline.cli.{name}_command" if name == "exec" else f"brickline.cli.{name}")
        command: click.Command = module.command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="brickline")
def main() -> None:
    """Build an MLOps system brick by brick, and run it for real on this machine.

    \b
    brickline up --detach            start the server
    eval "$(brickline env)"          point this shell's boto3, sagemaker, aws and git at it
    brickline exec -- aws s3 ls      or just one command
    brickline workshop               build it brick by brick, in notebooks
    brickline new training DIR       a repository to start from: pipeline, build, CI/CD
    brickline logs NAME --follow     what a job, a function or a pipeline execution printed
    brickline console                the link to the web page that shows all of it, live
    brickline why ARN                who or what made it happen, and what it made happen
    """
