"""`brickline why`: what made something happen, and what it made happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from brickline.cli.common import data_option, page

Step = dict[str, Any]


@click.command("why")
@data_option
@click.argument("name", metavar="ARN-or-EVENT-ID")
def command(data: Path, name: str) -> None:
    """Show why something is there: back to the person or schedule at its start, and forward to what it started.

    \b
    brickline why arn:aws:sagemaker:...:pipeline/p/execution/abc123
    brickline why 0f8b3c1e-...              an event, by its id
    """
    found = page(data, "why", name=name)
    click.echo(_line(found["subject"], bold=True))
    for step in found["back"]:
        click.echo(f"  because of  {_line(step)}")
    if not found["back"]:
        click.echo("  nobody knows why: what made it was not kept")
    for step in found["changed"]:
        click.echo(f"  last changed because of  {_line(step)}")
    for line in _tree(found["forward"], 1):
        click.echo(line)


def _tree(steps: list[Step], level: int) -> Iterator[str]:
    for step in steps:
        yield f"{'  ' * level}started  {_line(step)}"
        yield from _tree(step.get("started", []), level + 1)


def _line(step: Step, bold: bool = False) -> str:
    text = _FORMS[step["kind"]](step)
    return click.style(text, bold=True) if bold else text


def _resource(step: Step) -> str:
    again = "  (again: a loop)" if step.get("again") else ""
    return "  ".join(part for part in (step["arn"], step.get("status"), step.get("time")) if part) + again


def _event(step: Step) -> str:
    return (
        f"event {step['id']}  {step['source']}  {step['detail-type']}  {', '.join(step['resources'])}  {step['time']}"
    )


def _origin(step: Step) -> str:
    state = {"done": "", "waiting": "  (is tried again)", "dead": "  (not started)"}[step["status"]]
    return f"{step['arn']} -> {step['target']}{state}{'  ' + step['error'] if 'error' in step else ''}"


_FORMS: dict[str, Callable[[Step], str]] = {
    "resource": _resource,
    "event": _event,
    "origin": _origin,
    "principal": lambda step: str(step["arn"]),
    "more": lambda _step: "... and more",
}
