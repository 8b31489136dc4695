"""The rules in memory, compiled: which rules an event matches, and what each rule wants started."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id, rows_in_batches
from brickline.baseplate.schema import resources as table
from brickline.bricks.events.kinds import DEFAULT_BUS, RULE
from brickline.bricks.events.patterns import Fields, PatternIndex, parse_pattern


@dataclass(frozen=True)
class Rule:
    """What of a rule counts when an event comes."""

    id: int
    arn: str
    name: str
    account: str
    region: str
    targets: tuple[Shape, ...]


class Rulebook:
    """The enabled rules of all buses. It follows the store: a change is in it before the call that made it returns."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._lock = threading.Lock()
        self._rules: dict[int, Rule] = {}
        self._indexes: dict[str, PatternIndex[int]] = {}
        for rule in rows_in_batches(self._store, [table.c.kind == RULE.key]):
            self._take(rule)

    def keep(self, rule: Resource) -> None:
        """Follow a rule that was made or changed, once that is committed."""
        self._store.after_commit(lambda: self._refresh(rule.id))

    def forget(self, rule: Resource) -> None:
        self._store.after_commit(lambda: self._drop(rule))

    def matching(self, bus_arn: str, fields: Fields) -> list[Rule]:
        """The rules of a bus that an event matches, the oldest first."""
        with self._lock:
            index = self._indexes.get(bus_arn)
            return [self._rules[key] for key in sorted(index.matching(fields))] if index else []

    def _refresh(self, rule_id: int) -> None:
        """As the store has it now: what two calls have to say after their commits may come in either order."""
        with self._lock:
            rule = resource_by_id(self._store, rule_id)
            if rule is not None:
                self._take(rule)

    def _take(self, rule: Resource) -> None:
        pattern = rule.document.get("EventPattern")
        if not pattern or rule.document["State"] == "DISABLED":
            self._remove(rule)
            return
        self._rules[rule.id] = as_rule(rule)
        self._indexes.setdefault(bus_arn(rule), PatternIndex()).put(rule.id, parse_pattern(pattern))

    def _drop(self, rule: Resource) -> None:
        with self._lock:
            self._remove(rule)

    def _remove(self, rule: Resource) -> None:
        self._rules.pop(rule.id, None)
        if index := self._indexes.get(bus_arn(rule)):
            index.remove(rule.id)


def as_rule(rule: Resource) -> Rule:
    return Rule(rule.id, rule.arn, rule.name, rule.account, rule.region, tuple(rule.private["targets"]))


def bus_arn(rule: Resource) -> str:
    return f"arn:aws:events:{rule.region}:{rule.account}:event-bus/{rule.parent or DEFAULT_BUS}"
