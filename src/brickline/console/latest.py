"""The last events and what was to be started by them: the outbox and the dispatches, read from their ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.bus import NO_BUS
from brickline.baseplate.schema import dispatches, outbox
from brickline.baseplate.store import Store

_STATES = (
    "state",
    "build-status",
    "currentPipelineExecutionStatus",
    "currentStepStatus",
    "TrainingJobStatus",
    "ProcessingJobStatus",
    "TransformJobStatus",
    "EndpointStatus",
    "ModelApprovalStatus",
)
"""Where the details of events say how their thing stands now."""
_LOOKED_AT = 20_000
"""Rows from the end among which is searched."""
_PARTS = re.compile(r" (Phase|Stage|Action|Step) ")
"""In types of events that tell of a part of a run, whose own events are enough to read."""


def runs(store: Store, most: int) -> list[Shape]:
    """The newest events first, as `events` gives them, without those of the parts of runs."""
    whole = (event for event in _events(store, "", 20 * most) if not _PARTS.search(event["type"]))
    return list(islice(whole, most))


def events(store: Store, most: int, wanted: str = "") -> list[Shape]:
    """The newest first, those whose source, type or resources contain `wanted`.

    Each has `id`, `time` (epoch seconds), `source`, `type`, `bus`, `resources` (ARNs) and `state` ("" for none).
    """
    return list(_events(store, wanted, most))


def event(store: Store, name: str) -> Shape | None:
    """An event by its id, in EventBridge's envelope; None where it is not there (any more)."""
    with store.read() as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == name)).first()
    if row is None:
        return None
    return {
        "version": "0",
        "id": row.id,
        "detail-type": row.detail_type,
        "source": row.source,
        "account": row.account,
        "time": clock.iso(row.time),
        "region": row.region,
        "resources": json.loads(row.resources),
        "detail": json.loads(row.detail),
    }


def started_by(store: Store, event_id: str) -> list[Shape]:
    """What rules, buckets and schedules wanted started because of an event."""
    return _deliveries(store, select(dispatches).where(dispatches.c.cause == event_id).order_by(dispatches.c.id))


def deliveries_of(store: Store, origin: str, most: int) -> list[Shape]:
    """What a rule or a schedule wanted started, the newest first."""
    recent = _recent(store, dispatches.c.id)
    query = select(dispatches).where(dispatches.c.origin == origin, recent).order_by(dispatches.c.id.desc())
    return _deliveries(store, query.limit(most))


def _events(store: Store, wanted: str, most: int) -> Iterator[Shape]:
    query = select(outbox).where(outbox.c.bus != NO_BUS).order_by(outbox.c.seq.desc()).limit(most)
    if wanted:
        places = (outbox.c.source, outbox.c.detail_type, outbox.c.resources)
        found = or_(*(place.icontains(wanted, autoescape=True) for place in places))
        query = query.where(found, _recent(store, outbox.c.seq))
    with store.read() as connection:
        rows = connection.execute(query).all()
    return map(_shown, rows)


def _recent(store: Store, number: Any) -> Any:
    """The condition that a row is one of the last: what is searched for may be nowhere."""
    with store.read() as connection:
        newest = connection.scalar(select(func.max(number))) or 0
    return number > newest - _LOOKED_AT


def _shown(row: Row[Any]) -> Shape:
    detail = json.loads(row.detail)
    return {
        "id": row.id,
        "time": row.time,
        "source": row.source,
        "type": row.detail_type,
        "bus": row.bus.rpartition("/")[2],
        "resources": json.loads(row.resources),
        "state": next((str(detail[name]) for name in _STATES if detail.get(name)), ""),
    }


def _deliveries(store: Store, query: Select[Any]) -> list[Shape]:
    with store.read() as connection:
        return [
            {
                "origin": row.origin,
                "target": row.target,
                "cause": row.cause,
                "status": row.status,
                "time": row.created,
                "attempts": row.attempts,
                "started": row.started,
                "error": row.error,
                "input": row.payload,
            }
            for row in connection.execute(query)
        ]
