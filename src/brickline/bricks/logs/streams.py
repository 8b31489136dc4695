"""Log streams: create, describe, delete."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.resources import Resources
from brickline.baseplate.store import Store
from brickline.bricks.logs.groups import GROUP, milliseconds, requested_group
from brickline.bricks.logs.refusals import invalid, not_found
from brickline.bricks.logs.schema import events, streams

_PAGE = 50


def find_stream(store: Store, group: Resource, name: str) -> Row[Any]:
    """The stream's row; Refused where there is none."""
    query = select(streams).where(streams.c.group_id == group.id, streams.c.name == name)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise not_found(f"The specified log stream does not exist: {name} in {group.name}")
    return row


def position_of(token: str) -> list[Any]:
    """The position, a sort value and an id, in a `nextToken` of this service."""
    try:
        return decode_token(token, 2)
    except Refused:
        raise invalid("The specified nextToken is invalid.") from None


class Streams:
    """The streams of all log groups."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, GROUP)
        self._store = baseplate.store

    def create_log_stream(self, context: Context, request: Shape) -> Shape:
        name = request["logStreamName"]
        with self._store.write() as connection:
            group = self._groups.get(context, request["logGroupName"])
            values = {"group_id": group.id, "name": name, "created": milliseconds(), "last_event": 0, "size": 0}
            try:
                with self._store.write():
                    connection.execute(insert(streams).values(**values))
            except IntegrityError:
                message = f"The specified log stream already exists: {name} in {group.name}"
                raise Refused("ResourceAlreadyExistsException", message) from None
        return {}

    def delete_log_stream(self, context: Context, request: Shape) -> Shape:
        with self._store.write() as connection:
            group = self._groups.get(context, request["logGroupName"])
            stream = find_stream(self._store, group, request["logStreamName"])
            connection.execute(delete(events).where(events.c.stream_id == stream.id))
            connection.execute(delete(streams).where(streams.c.id == stream.id))
        return {}

    def describe_log_streams(self, context: Context, request: Shape) -> Shape:
        group = requested_group(self._groups, context, request)
        prefix = request.get("logStreamNamePrefix")
        by_time = request.get("orderBy") == "LastEventTime"
        if prefix and by_time:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        where = [streams.c.group_id == group.id]
        if prefix:
            where.append(streams.c.name.startswith(prefix, autoescape=True))
        rows = self._page(request, where, streams.c.last_event if by_time else streams.c.name)
        size = request.get("limit", _PAGE)
        answer: Shape = {"logStreams": [_document(group, row) for row in rows[:size]]}
        if len(rows) > size:
            last = rows[size - 1]
            answer["nextToken"] = encode_token([last.last_event if by_time else last.name, last.id])
        return answer

    def _page(self, request: Shape, where: list[ColumnElement[bool]], key: ColumnElement[Any]) -> list[Row[Any]]:
        """The rows of one page, and one more where there is more."""
        descending = bool(request.get("descending"))
        order = (key.desc(), streams.c.id.desc()) if descending else (key, streams.c.id)
        query = select(streams).where(*where).order_by(*order).limit(request.get("limit", _PAGE) + 1)
        if token := request.get("nextToken"):
            query = query.where(_after(key, position_of(token), descending))
        with self._store.read() as connection:
            return list(connection.execute(query))


def _after(key: ColumnElement[Any], position: list[Any], descending: bool) -> ColumnElement[bool]:
    value, last = position
    if descending:
        return or_(key < value, and_(key == value, streams.c.id < last))
    return or_(key > value, and_(key == value, streams.c.id > last))


def _document(group: Resource, row: Row[Any]) -> Shape:
    document = {
        "logStreamName": row.name,
        "creationTime": row.created,
        "arn": f"{group.arn}:log-stream:{row.name}",
        "storedBytes": 0,  # AWS gives 0 for every stream since 2019: API_LogStream
        "uploadSequenceToken": f"{row.id:056d}",
    }
    if row.last_event:
        document["firstEventTimestamp"] = row.first_event
        document["lastEventTimestamp"] = row.last_event
        document["lastIngestionTime"] = row.ingested
    return document
