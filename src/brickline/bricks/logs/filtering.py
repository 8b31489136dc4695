"""FilterLogEvents: the events of a group's streams, in the order of their times, that match a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import encode_token
from brickline.baseplate.resources import Resources
from brickline.bricks.logs.events import Position
from brickline.bricks.logs.filter_pattern import Matches, PatternError, compile_pattern
from brickline.bricks.logs.groups import GROUP, oldest_kept, requested_group
from brickline.bricks.logs.refusals import invalid, not_found
from brickline.bricks.logs.schema import events, streams
from brickline.bricks.logs.streams import position_of

_MOST_EVENTS = 10_000
_BATCH = 2_000


class FilterEvents:
    """One operation, over all streams of a group or some of them."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, GROUP)
        self._store = baseplate.store

    def filter_log_events(self, context: Context, request: Shape) -> Shape:
        group = requested_group(self._groups, context, request)
        matches = _matcher(request.get("filterPattern", ""))
        where = [events.c.group_id == group.id, *self._chosen(group, request), *_times(group, request)]
        position = Position(*position_of(request["nextToken"])) if request.get("nextToken") else None
        size = min(request.get("limit", _MOST_EVENTS), _MOST_EVENTS)
        found: list[Row[Any]] = []
        for row in self._rows(where, position):
            if not matches(row.message):
                continue
            if len(found) == size:
                return {**_answer(found), "nextToken": encode_token([row.time, row.id])}
            found.append(row)
        return _answer(found)

    def _chosen(self, group: Resource, request: Shape) -> list[ColumnElement[bool]]:
        names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
        if names and prefix:
            raise invalid("logStreamNames and logStreamNamePrefix: give one of them")
        if prefix:
            return [streams.c.name.startswith(prefix, autoescape=True)]
        return [events.c.stream_id.in_(self._stream_ids(group, names))] if names else []

    def _stream_ids(self, group: Resource, names: list[str]) -> list[int]:
        query = select(streams.c.name, streams.c.id).where(streams.c.group_id == group.id, streams.c.name.in_(names))
        with self._store.read() as connection:
            ids = {row.name: row.id for row in connection.execute(query)}
        if missing := [name for name in names if name not in ids]:
            raise not_found(f"logStreamNames: {missing[0]} is not a stream of {group.name}")
        return list(ids.values())

    def _rows(self, where: list[ColumnElement[bool]], position: Position | None) -> Iterator[Row[Any]]:
        chosen = select(events, streams.c.name).join(streams, streams.c.id == events.c.stream_id).where(*where)
        while True:
            query = chosen.where(position.is_reached()) if position else chosen
            with self._store.read() as connection:
                rows = connection.execute(query.order_by(events.c.time, events.c.id).limit(_BATCH)).all()
            yield from rows
            if len(rows) < _BATCH:
                return
            position = Position(rows[-1].time, rows[-1].id + 1)


def _matcher(pattern: str) -> Matches:
    try:
        return compile_pattern(pattern)
    except PatternError as error:
        raise invalid(f"Invalid filter pattern: {error}") from None


def _times(group: Resource, request: Shape) -> list[ColumnElement[bool]]:
    """Both times are included: API_FilterLogEvents."""
    start = max(request.get("startTime", 0), oldest_kept(group))
    where = [events.c.time >= start] if start else []
    return [*where, events.c.time <= request["endTime"]] if "endTime" in request else where


def _answer(rows: list[Row[Any]]) -> Shape:
    found = [
        {
            "logStreamName": row.name,
            "timestamp": row.time,
            "message": row.message,
            "ingestionTime": row.ingested,
            "eventId": f"{row.time:020d}{row.id:036d}",
        }
        for row in rows
    ]
    return {"events": found, "searchedLogStreams": []}
