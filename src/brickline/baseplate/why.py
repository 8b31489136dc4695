"""Why something is there: from it back to the person or the schedule at its start, and forward to what it started.

What is followed are the causes that resources and events keep, and what the dispatch noted as started.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, func, select

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_arn
from brickline.baseplate.schema import dispatches, has_cause, has_started, outbox, resources
from brickline.baseplate.store import Store

_MOST_BACK = 200
_MOST_FORWARD = 500
_RECENT = 100_000
"""Events that are searched for a resource's last change: nothing leads from a resource to its events."""


class Unknown(Exception):
    """Neither the ARN of a resource nor the id of an event."""


def explain(store: Store, name: str) -> Shape:
    """`{"subject", "back": [step, ...], "changed": [...], "forward": [step with "started": [...], ...]}`.

    `name` is an ARN or the id of an event. A step has a `kind` (resource, event, origin, principal) and what is known
    of it; `back` begins with what made the subject happen and ends with who or what began it all. `changed` is the same
    for its last change, where something else made that (an endpoint that was updated). Raises Unknown.
    """
    history = _History(store)
    subject = history.step(name)
    if subject is None:
        raise Unknown(name)
    back = history.back(name)
    return {"subject": subject, "back": back, "changed": history.changed(name), "forward": history.forward(name)}


def cause(store: Store, name: str) -> Shape | None:
    """The step right before a thing: the rule, the run or the person that made it; None where nothing is known."""
    steps, _ = _History(store)._above(name)
    return steps[0] if steps else None


def back(store: Store, name: str) -> list[Shape]:
    """From what made a thing happen to who or what began it all: `explain` without what followed."""
    return _History(store).back(name)


def last_change(store: Store, arn: str) -> list[Shape]:
    """The event by which something else last changed a resource, and back from there; empty where nothing has."""
    return _History(store).changed(arn)


class _History:
    """One walk; what was seen is not walked again.

    `has_cause` and `has_started` say nothing new: they are the conditions of the indexes, which databases use only for
    queries that have them too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[str] = set()

    def step(self, name: str) -> Shape | None:
        """An event or a resource as a step; None where nothing is known of it."""
        if event := self._event(name):
            return _event_step(event)
        resource = resource_by_arn(self._store, name)
        if resource:
            return _resource_step(resource)
        return _gone_step(name) if self._order_of(name) else None

    def back(self, name: str) -> list[Shape]:
        steps: list[Shape] = []
        while name and len(steps) < _MOST_BACK:
            self._seen.add(name.lower())
            found, name = self._above(name)
            steps += found
        return steps

    def changed(self, arn: str) -> list[Shape]:
        """The last event of a resource that neither made it nor came of itself, and back from there."""
        resource = resource_by_arn(self._store, arn)
        if resource is None:
            return []
        with self._store.read() as connection:
            newest = connection.scalar(select(func.max(outbox.c.seq))) or 0
        tells_of_it = outbox.c.resources.contains(f'"{resource.arn}"', autoescape=True)
        by_others = outbox.c.cause.not_in(["", resource.cause, resource.arn])
        recent = select(outbox).where(outbox.c.seq > newest - _RECENT, tells_of_it, by_others)
        for event in self._rows(recent.order_by(outbox.c.seq.desc()).limit(1)):
            self._seen = {arn.lower()}
            return [_event_step(event), *self.back(event.id)]
        return []

    def forward(self, name: str) -> list[Shape]:
        """What happened by an event or a run, each with what happened by that in turn."""
        self._seen = {name.lower()}
        return self._below(name)

    def _above(self, name: str) -> tuple[list[Shape], str]:
        """The steps from a thing to what it happened by, and the name to go on from ("" at the beginning)."""
        if order := self._order_of(name):
            steps = [_order_step(order)]
            # A schedule is both who ordered and why.
            return (steps, order.cause) if order.origin == order.cause else self._go_on(steps, order.cause)
        if event := self._event(name):
            return self._go_on([], event.cause) if event.cause else self._beyond_a_person(event)
        resource = resource_by_arn(self._store, name)
        if resource and resource.cause:
            return self._go_on([], resource.cause)
        return [_principal_step(resource.principal)] if resource and resource.principal else [], ""

    def _go_on(self, steps: list[Shape], cause: str) -> tuple[list[Shape], str]:
        step = self.step(cause) or _gone_step(cause)
        if cause.lower() in self._seen:
            return [*steps, {**step, "again": True}], ""
        return [*steps, step], cause

    def _beyond_a_person(self, event: Row[Any]) -> tuple[list[Shape], str]:
        """Who made the event; where it tells of something that a run had made (an approval), on from there."""
        steps = [_principal_step(event.principal)]
        for arn in reversed(json.loads(event.resources)):
            resource = resource_by_arn(self._store, arn)
            if resource and resource.cause and resource.cause.lower() not in self._seen:
                return self._go_on(steps, resource.arn)
        return steps, ""

    def _below(self, name: str) -> list[Shape]:
        if len(self._seen) > _MOST_FORWARD:
            return [{"kind": "more"}]
        return [*self._ordered(name), *self._made(name), *self._emitted(name)]

    def _ordered(self, name: str) -> list[Shape]:
        table = dispatches
        return [
            {**_order_step(row), "started": self._started(row.started)}
            for row in self._rows(select(table).where(table.c.cause == name).order_by(table.c.id))
        ]

    def _made(self, name: str) -> list[Shape]:
        query = select(resources.c.arn).where(resources.c.cause == name, has_cause).order_by(resources.c.id)
        return [step for row in self._rows(query) for step in self._started(row.arn)]

    def _emitted(self, name: str) -> list[Shape]:
        """Only events by which something happened: every change of a status is one."""
        steps = []
        for event in self._rows(select(outbox).where(outbox.c.cause == name, has_cause).order_by(outbox.c.seq)):
            self._seen.add(event.id)
            if below := self._below(event.id):
                steps.append({**_event_step(event), "started": below})
        return steps

    def _started(self, name: str) -> list[Shape]:
        if not name or name.lower() in self._seen:
            return []
        self._seen.add(name.lower())
        step = self.step(name) or _gone_step(name)
        return [{**step, "started": self._below(name)}]

    def _event(self, name: str) -> Row[Any] | None:
        return next(iter(self._rows(select(outbox).where(outbox.c.id == name))), None)

    def _order_of(self, name: str) -> Row[Any] | None:
        """The order by which it was started, if it was."""
        return next(iter(self._rows(select(dispatches).where(dispatches.c.started == name, has_started))), None)

    def _rows(self, query: Any) -> list[Row[Any]]:
        with self._store.read() as connection:
            return list(connection.execute(query))


def _resource_step(resource: Resource) -> Shape:
    return {
        "kind": "resource",
        "arn": resource.arn,
        "what": resource.kind,
        "status": resource.status,
        "time": clock.iso(resource.created),
        "by": resource.principal,
    }


def _gone_step(arn: str) -> Shape:
    return {"kind": "resource", "arn": arn, "status": "gone"}


def _event_step(event: Row[Any]) -> Shape:
    return {
        "kind": "event",
        "id": event.id,
        "source": event.source,
        "detail-type": event.detail_type,
        "resources": json.loads(event.resources),
        "time": clock.iso(event.time),
        "by": event.principal,
    }


def _order_step(row: Row[Any]) -> Shape:
    """A rule, a schedule or a bucket that wanted the target started."""
    step = {
        "kind": "origin",
        "arn": row.origin,
        "target": row.target,
        "status": row.status,
        "time": clock.iso(row.created),
    }
    return {**step, **({"error": row.error} if row.error else {})}


def _principal_step(principal: str) -> Shape:
    return {"kind": "principal", "arn": principal}
