"""Causes: the id of an event, or the ARN of a run (an execution, a build, a job), kept with whatever happens by it."""

from __future__ import annotations

from urllib.parse import unquote

from sqlalchemy import Connection, Select, select

from brickline.baseplate import naming, schema
from brickline.baseplate.store import Store

MOST_DEPTH = 50
"""Events that may follow from one another: what comes after is a loop, and starts nothing more."""

TRACE_HEADER = "x-amzn-trace-id"
"""SDKs send it from inside a function, with what stands in `_X_AMZN_TRACE_ID`: so its calls carry its cause."""

_MOST_RUNS = 20
"""Runs that are looked through, from one to the run that started it, for the event above them."""


def depth_after(connection: Connection, cause: str) -> int:
    """How many events lie above one that happens by `cause`."""
    for _ in range(_MOST_RUNS):
        if not cause:
            return 0
        depth: int | None = connection.scalar(select(schema.outbox.c.depth).where(schema.outbox.c.id == cause))
        if depth is not None:
            return depth + 1
        cause = connection.scalar(_cause_of_run(cause)) or ""
    return 0


def trace(cause: str) -> str:
    """A trace id that carries a cause (X-Ray allows further fields)."""
    return f"Root=1-{naming.hex_id(8)}-{naming.hex_id(24)};Sampled=0" + (f";Cause={cause}" if cause else "")


def traced(header: str) -> str:
    """The cause in a trace id, if it has one."""
    fields = (part.strip().partition("=") for part in unquote(header).split(";"))
    return next((value for name, _, value in fields if name == "Cause"), "")


def loop(store: Store, event_id: str) -> str:
    """What to say of an event at the end of a chain that is too long: the part of it that repeats itself."""
    steps = _steps(store, event_id)
    again = steps.index(steps[0], 1) if steps[0] in steps[1:] else len(steps) - 1
    shown = " <- ".join(steps[: again + 1])
    return f"LoopDetected: {MOST_DEPTH} events follow from one another, so nothing more is started; the loop is {shown}"


def _steps(store: Store, cause: str) -> list[str]:
    """From an event up: events by their source and kind, what was ordered by them, and the runs between."""
    steps: list[str] = []
    with store.read() as connection:
        while cause and len(steps) < 3 * MOST_DEPTH:
            event = connection.execute(select(schema.outbox).where(schema.outbox.c.id == cause)).one_or_none()
            if event:
                steps.append(f"{event.source} '{event.detail_type}' {event.resources}")
            else:
                steps.append(cause)
            started = schema.dispatches.c.started == cause
            if origin := connection.scalar(select(schema.dispatches.c.origin).where(started).limit(1)):
                steps.append(origin)
            cause = event.cause if event else connection.scalar(_cause_of_run(cause)) or ""
    return steps


def _cause_of_run(arn: str) -> Select[tuple[str]]:
    table = schema.resources
    return select(table.c.cause).where(table.c.arn_lookup == arn.lower()).limit(1)
