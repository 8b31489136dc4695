"""`brickline console`: the link that opens the console signed in."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from brickline.cli.common import data_option, running_server
from brickline.console.keys import link


@click.command("console")
@data_option
@click.option("--open", "opens", is_flag=True, help="Open it in the browser as well.")
def command(data: Path, opens: bool) -> None:
    """Print the console's address, with the token that signs in."""
    address = link(data, running_server(data).endpoint_url)
    click.echo(address)
    if opens and not webbrowser.open(address):
        raise click.ClickException("no browser was found: open the address by hand")
