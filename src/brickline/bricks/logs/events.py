"""Log events: put and get."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.logs.groups import GROUP, milliseconds, oldest_kept, requested_group
from brickline.bricks.logs.refusals import invalid
from brickline.bricks.logs.schema import events, streams
from brickline.bricks.logs.streams import find_stream

_MOST_BYTES = 1_048_576
_EVENT_OVERHEAD = 26
"""Bytes that each event counts beside its message: API_PutLogEvents."""
_LONGEST_SPAN = 24 * 3_600_000
_OLDEST = 14 * 24 * 3_600_000
_NEWEST = 2 * 3_600_000
_MOST_EVENTS = 10_000


class Position(NamedTuple):
    """A point between a stream's events: those whose (time, id) is smaller lie before it."""

    time: int
    id: int

    def token(self, direction: str) -> str:
        return f"{direction}/{self.time:020d}{self.id:036d}"

    @staticmethod
    def parse(token: str) -> tuple[str, Position]:
        """Direction (`f` or `b`) and position. Refused where the token is not one of ours."""
        direction, _, digits = token.partition("/")
        if direction not in ("f", "b") or len(digits) != 56 or not digits.isdigit():
            raise invalid("The specified nextToken is invalid.")
        return direction, Position(int(digits[:20]), int(digits[20:]))

    def is_reached(self) -> ColumnElement[bool]:
        """Which events lie at or after this position."""
        return or_(events.c.time > self.time, and_(events.c.time == self.time, events.c.id >= self.id))


class Events:
    """The events of all log streams."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, GROUP)
        self._store = baseplate.store

    def put_log_events(self, context: Context, request: Shape) -> Shape:
        given = request["logEvents"]
        _check_batch(given)
        with self._store.write() as connection:
            group = self._groups.get(context, request["logGroupName"])
            stream = find_stream(self._store, group, request["logStreamName"])
            accepted, rejected = _sift(group, given)
            if accepted:
                connection.execute(insert(events), _rows(stream, accepted))
                connection.execute(update(streams).where(streams.c.id == stream.id).values(**_growth(stream, accepted)))
        answer: Shape = {"nextSequenceToken": f"{stream.id:056d}"}
        return {**answer, "rejectedLogEventsInfo": rejected} if rejected else answer

    def get_log_events(self, context: Context, request: Shape) -> Shape:
        group = requested_group(self._groups, context, request)
        stream = find_stream(self._store, group, request["logStreamName"])
        token = request.get("nextToken")
        direction, position = Position.parse(token) if token else ("", None)
        forward = direction == "f" or (not direction and bool(request.get("startFromHead")))
        where = [events.c.stream_id == stream.id, *_times(group, request)]
        if position:
            where.append(position.is_reached() if forward else ~position.is_reached())
        rows = self._rows(where, forward, request.get("limit", _MOST_EVENTS))
        return _page(rows, position or Position(request.get("startTime", 0), 0))

    def _rows(self, where: list[ColumnElement[bool]], forward: bool, limit: int) -> list[Row[Any]]:
        """Up to `limit` events and the bytes that an answer may have, oldest first, from one end or the other."""
        order = (events.c.time, events.c.id) if forward else (events.c.time.desc(), events.c.id.desc())
        found: list[Row[Any]] = []
        size = 0
        with self._store.read() as connection:
            for row in connection.execute(select(events).where(*where).order_by(*order).limit(limit)):
                size += len(row.message.encode()) + _EVENT_OVERHEAD
                if found and size > _MOST_BYTES:
                    break
                found.append(row)
        return found if forward else found[::-1]


def _check_batch(given: list[Shape]) -> None:
    times = [event["timestamp"] for event in given]
    if any(later < earlier for earlier, later in pairwise(times)):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > _LONGEST_SPAN:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    size = _size(given)
    if size > _MOST_BYTES:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {_MOST_BYTES}")


def _size(given: list[Shape]) -> int:
    return sum(len(event["message"].encode(errors="replace")) + _EVENT_OVERHEAD for event in given)


def _sift(group: Resource, given: list[Shape]) -> tuple[list[Shape], Shape]:
    """The events that are taken, and which are not: too old, past the retention, or too far in the future."""
    now = milliseconds()
    expired = sum(event["timestamp"] < oldest_kept(group) for event in given)
    too_old = sum(event["timestamp"] < now - _OLDEST for event in given)
    good = sum(event["timestamp"] <= now + _NEWEST for event in given)
    rejected = {
        **({"expiredLogEventEndIndex": expired} if expired else {}),
        **({"tooOldLogEventEndIndex": too_old} if too_old else {}),
        **({"tooNewLogEventStartIndex": good} if good < len(given) else {}),
    }
    return given[max(expired, too_old) : good], rejected


def _rows(stream: Row[Any], accepted: list[Shape]) -> list[dict[str, Any]]:
    now = milliseconds()
    return [
        {
            "group_id": stream.group_id,
            "stream_id": stream.id,
            "time": event["timestamp"],
            "ingested": now,
            "message": _storable(event["message"]),
        }
        for event in accepted
    ]


def _storable(message: str) -> str:
    """A JSON text may hold half a surrogate pair, which is no UTF-8; and PostgreSQL's text holds no NUL."""
    return message.encode(errors="replace").decode().replace("\0", "\ufffd")


def _growth(stream: Row[Any], accepted: list[Shape]) -> dict[str, Any]:
    first, last = accepted[0]["timestamp"], accepted[-1]["timestamp"]
    return {
        "first_event": first if stream.first_event is None else min(first, stream.first_event),
        "last_event": max(last, stream.last_event),
        "ingested": milliseconds(),
        "size": stream.size + _size(accepted),
    }


def _times(group: Resource, request: Shape) -> list[ColumnElement[bool]]:
    """startTime is included, endTime is not: API_GetLogEvents."""
    start = max(request.get("startTime", 0), oldest_kept(group))
    where = [events.c.time >= start] if start else []
    return [*where, events.c.time < request["endTime"]] if "endTime" in request else where


def _page(rows: list[Row[Any]], position: Position) -> Shape:
    """At either end the token of a page is the one that asked for it: clients stop when it stays the same."""
    first = Position(rows[0].time, rows[0].id) if rows else position
    after = Position(rows[-1].time, rows[-1].id + 1) if rows else position
    return {
        "events": [{"timestamp": row.time, "message": row.message, "ingestionTime": row.ingested} for row in rows],
        "nextForwardToken": after.token("f"),
        "nextBackwardToken": first.token("b"),
    }
