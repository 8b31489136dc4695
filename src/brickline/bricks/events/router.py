"""Hears every event, and orders what the rules of its bus want started."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from brickline.baseplate import causes
from brickline.baseplate.brick import Shape
from brickline.baseplate.bus import NO_BUS, OURS
from brickline.baseplate.dispatch import Order, RetryPolicy
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.baseplate.targets import Delivery
from brickline.bricks.events.archive import Archive
from brickline.bricks.events.kinds import REPLAY
from brickline.bricks.events.patterns import fields_of
from brickline.bricks.events.rulebook import Rule, Rulebook
from brickline.bricks.events.shaping import NotShaped, RuleNames, shaped_input, shaped_parameters


class Router:
    """The brick's listener: it runs in the transaction that remembers which events were heard."""

    def __init__(self, baseplate: Baseplate, rulebook: Rulebook, archive: Archive) -> None:
        self._baseplate = baseplate
        self._rulebook = rulebook
        self._archive = archive
        self._replays = Resources(baseplate, REPLAY)

    def listen(self, events: list[Shape]) -> None:
        for event in events:
            if event["bus"] != NO_BUS:
                self._route(event)

    def _route(self, heard: Shape) -> None:
        event = {member: value for member, value in heard.items() if member not in OURS}
        fields = fields_of(event)
        self._archive.keep(heard["bus"], event, fields)
        wanted = self._filter(heard) if "replay-name" in event else None
        for rule in self._rulebook.matching(heard["bus"], fields):
            if not wanted or rule.arn in wanted:
                self.order(rule, event, heard["depth"])

    def _filter(self, heard: Shape) -> list[str]:
        """The rules that a replay is for; all where it names none."""
        replay = self._replays.by_arn(heard["cause"])
        found: list[str] = replay.document["Destination"].get("FilterArns", []) if replay else []
        return found

    def order(self, rule: Rule, event: Shape, depth: int) -> None:
        """Keep what the rule wants started for the event; what cannot be is a dead letter at once."""
        context = self._baseplate.context(rule.account, rule.region, "events.amazonaws.com", event["id"])
        for order, error in orders(rule, event):
            if depth >= causes.MOST_DEPTH:
                error = causes.loop(self._baseplate.store, event["id"])
            self._baseplate.dispatch.add(context, order, error)


def orders(rule: Rule, event: Shape) -> Iterator[tuple[Order, str]]:
    """Each target of the rule with what it gets; beside it why it cannot be given anything, "" where it can."""
    names = RuleNames(rule.arn, rule.name, event["time"])
    for target in rule.targets:
        try:
            payload, error = shaped_input(target, event, names), ""
        except NotShaped as not_shaped:
            payload, error = "", str(not_shaped)
        token = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event['id']} {rule.arn} {target['Id']}"))
        delivery = Delivery(target["Arn"], payload, shaped_parameters(target, event), token)
        yield Order(rule.arn, delivery, target["Id"], retry_policy(target)), error


def retry_policy(target: Shape) -> RetryPolicy:
    given = target.get("RetryPolicy", {})
    default = RetryPolicy()
    return RetryPolicy(
        given.get("MaximumRetryAttempts", default.attempts),
        given.get("MaximumEventAgeInSeconds", default.age),
        target.get("DeadLetterConfig", {}).get("Arn", ""),
    )
