"""`brickline rules`: what rules would do with an event, and what they could not do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from brickline.baseplate.naming import unique_id
from brickline.cli.common import client, data_option, page, running_server

Event = dict[str, Any]


@click.group("rules")
def command() -> None:
    """Try EventBridge rules on an event, and see what they could not start."""


@command.command("test")
@data_option
@click.option("--bus", default="default", help="The event bus whose rules are tried.")
@click.argument("file", type=click.File(), metavar="EVENT.json")
def test(data: Path, bus: str, file: IO[str]) -> None:
    """Say which rules would match an event and what each target would get. Nothing is started.

    EVENT.json (or - for standard input) is an event as targets get it; source, detail-type and detail are enough.
    """
    from brickline.bricks.events.patterns import fields_of

    event = _event(file, data)
    fields, events = fields_of(event), client(data, "events")
    rules = list(_rules(events, bus))
    matching = [rule for rule in rules if _matches(rule, fields)]
    for rule in matching:
        _show(rule, events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"], event)
    click.echo(f"{len(matching)} of {len(rules)} rules of bus {bus} match")


@command.command("dead-letters")
@data_option
def dead_letters(data: Path) -> None:
    """List what rules, schedules and buckets wanted started and could not be, the newest first."""
    letters = page(data, "dead-letters")["dead-letters"]
    for letter in letters:
        click.echo(f"{letter['time']}  {click.style(letter['origin'], bold=True)} -> {letter['target']}")
        click.echo(f"  {letter['error']} (attempts: {letter['attempts']}, because of {letter['cause']})")
    if not letters:
        click.echo("no dead letters")


def _event(file: IO[str], data: Path) -> Event:
    """The event with the members that every event has."""
    try:
        given = json.load(file)
    except ValueError as error:
        raise click.ClickException(f"{file.name}: not a JSON document: {error}") from None
    if not isinstance(given, dict):
        raise click.ClickException(f"{file.name}: an event is a JSON object")
    info = running_server(data)
    envelope = {
        "version": "0",
        "id": unique_id(),
        "account": info.account,
        "region": info.region,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [],
        "detail": {},
    }
    return {**envelope, **given}


def _rules(events: Any, bus: str) -> Iterator[dict[str, Any]]:
    for found in events.get_paginator("list_rules").paginate(EventBusName=bus):
        yield from found["Rules"]


def _matches(rule: dict[str, Any], fields: Any) -> bool:
    from brickline.bricks.events.patterns import matches, parse_pattern

    return "EventPattern" in rule and matches(parse_pattern(rule["EventPattern"]), fields)


def _show(rule: dict[str, Any], targets: list[dict[str, Any]], event: Event) -> None:
    from brickline.bricks.events.shaping import NotShaped, RuleNames, shaped_input, shaped_parameters

    state = "" if rule["State"] != "DISABLED" else "  (disabled: it would start nothing)"
    click.echo(click.style(rule["Name"], bold=True) + state)
    for target in targets:
        click.echo(f"  {target['Id']} -> {target['Arn']}")
        try:
            given = shaped_input(target, event, RuleNames(rule["Arn"], rule["Name"], event["time"]))
        except NotShaped as error:
            given = f"nothing: {error}"
        click.echo(f"    input: {given}")
        for name, value in shaped_parameters(target, event).items():
            click.echo(f"    {name}: {json.dumps(value, ensure_ascii=False)}")
