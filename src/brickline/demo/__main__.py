"""`python -m brickline.demo [--keep]`: stages 0 to 6 on real data, in a minute or two."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import click
from rich.console import Console

import brickline


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path(".brickline/demo"), help="The demo's data folder."
)
@click.option("--keep", is_flag=True, envvar="KEEP", help="Leave the server running at the end.")
def main(data: Path, keep: bool) -> None:
    """Train, register and serve a model of late flights, by hand, by git push, and by events."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    started = time.monotonic()
    data = data.absolute()
    _fresh(data)
    connection = brickline.connect(data=data, port=0)
    try:
        tell(console, data)
        console.print(f"\nAll of it took {time.monotonic() - started:.0f} seconds. What to try next:")
        _next_steps(console, data, connection.console if keep else "")
    finally:
        if not keep:
            _stop(data)


def tell(console: Console, data: Path) -> None:
    """The story, stage by stage."""
    from brickline.demo import delivery, events, serving, training
    from brickline.demo.account import Account

    account = Account(console, data)
    days = training.upload(account)
    training_repository = training.train(account, days)
    serving_repository = serving.serve(account)
    delivery.hello(account)
    delivery.train_by_push(account, training_repository, days)
    delivery.serve_by_push(account, serving_repository)
    events.join(account)
    events.upload(account, days)
    events.approve(account, serving_repository)
    events.why(account)


def _fresh(data: Path) -> None:
    """Each demo starts from nothing, so that it always registers versions 1 to 3."""
    from brickline.demo.account import repositories_beside

    if data.exists():
        _stop(data)
        shutil.rmtree(data)
    shutil.rmtree(repositories_beside(data), ignore_errors=True)


def _stop(data: Path) -> None:
    from brickline.cli import main as command

    command(["down", "--data", str(data)], standalone_mode=False)


def _next_steps(console: Console, data: Path, link: str) -> None:
    """`link` opens the console of the server that was left running; "" where it was not."""
    command = ".venv/bin/brickline"
    if link:
        console.print(f"  {link}   # the console: all of it, live", soft_wrap=True)
        console.print(f"  cat {_some_flights(data)}   # flights to ask about, for the form on the endpoint's page")
    else:
        console.print("  make demo KEEP=1        # the same, and leaves the server running, with its console")
        console.print(f"  {command} up --detach --data {data}   # the demo's server again, with all that is in it")
    console.print(f'  eval "$({command} env --data {data})"   # then boto3, aws, git and the SDK reach it')
    console.print(f"  {command} logs --data {data} flights-training   # what the build said")


def _some_flights(data: Path) -> Path:
    """A file of three flights, as the endpoint takes them."""
    from brickline.demo import flights
    from brickline.demo.account import repositories_beside
    from brickline.demo.serving import TOMORROW

    file = repositories_beside(data) / "flights.csv"
    file.write_bytes(flights.features(TOMORROW).first(3))
    return file


if __name__ == "__main__":
    main()
