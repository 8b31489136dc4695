"""PutEvents: each entry by itself is taken or not."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.bus import default_bus
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.bricks.events.places import Places
from brickline.bricks.events.refusals import invalid

MOST_BYTES = 1_048_576
"""Of the entries of one request: API_PutEvents (it was 256 KB until 2026)."""

_MOST_LEVELS = 1000
_REQUIRED = ("Source", "DetailType", "Detail")
_LEAST, _GREATEST = -(1 << 63), (1 << 63) - 1


class _NotTaken(Exception):
    """Why an entry is not taken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class PutEvents:
    """One operation."""

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._baseplate = baseplate
        self._places = places

    def put_events(self, context: Context, request: Shape) -> Shape:
        entries = request["Entries"]
        size = sum(map(_size, entries))
        if size >= MOST_BYTES:
            raise invalid(
                f"Total size of the entries in the request is over the limit: {size} bytes, not < {MOST_BYTES}"
            )
        if not any(_is_complete(entry) for entry in entries):
            raise invalid("Entries: none has each of Source, DetailType and Detail")
        with self._baseplate.store.write():
            results = [self._put(context, entry) for entry in entries]
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    def _put(self, context: Context, entry: Shape) -> Shape:
        try:
            _check(entry)
            detail = _detail(entry["Detail"])
        except _NotTaken as error:
            return {"ErrorCode": error.code, "ErrorMessage": error.message}
        return {
            "EventId": self._baseplate.bus.emit(
                context,
                entry["Source"],
                entry["DetailType"],
                entry.get("Resources", []),
                detail,
                bus=self._bus(context, entry.get("EventBusName")),
                time=entry.get("Time", clock.now()),
            )
        }

    def _bus(self, context: Context, named: str | None) -> str:
        """The bus's ARN. An event for a bus that is not there is taken, and nobody hears of it."""
        if named is None:
            return default_bus(context)
        try:
            place = self._places.place(context, named)
        except Refused:
            return named if named.startswith("arn:") else context.arn("events", f"event-bus/{named}")
        return place.bus.arn


def _size(entry: Shape) -> int:
    """As AWS counts: eb-putevents.html#eb-putevent-size."""
    texts = [entry.get(member, "") for member in ("Source", "DetailType", "Detail")] + entry.get("Resources", [])
    return sum(len(text.encode()) for text in texts) + (14 if "Time" in entry else 0)


def _is_complete(entry: Shape) -> bool:
    return all(entry.get(member) for member in _REQUIRED)


def _check(entry: Shape) -> None:
    for member in _REQUIRED:
        if not entry.get(member):
            raise _NotTaken(
                "InvalidArgument", f"Parameter {member} is not valid. Reason: {member} is a required argument."
            )
    if entry["Source"].startswith("aws."):
        raise _NotTaken("NotAuthorizedForSourceException", "Not authorized for the source.")
    if len(entry["DetailType"]) > 128:
        raise _NotTaken(
            "InvalidArgument", "Parameter DetailType is not valid. Reason: it is longer than 128 characters."
        )


def _detail(text: str) -> Shape:
    try:
        detail = json.loads(text, parse_constant=_no_number, parse_int=_integer)
    except RecursionError:
        raise _malformed(f"it is nested deeper than {_MOST_LEVELS} levels") from None
    except ValueError as error:
        raise _malformed(str(error)) from None
    if not isinstance(detail, dict):
        raise _malformed("it is not a JSON object")
    return detail


def _malformed(why: str) -> _NotTaken:
    return _NotTaken("MalformedDetail", f"Detail is malformed: {why}.")


def _integer(digits: str) -> int:
    number = int(digits)
    if not _LEAST <= number <= _GREATEST:
        raise ValueError(f"the integer {digits} does not fit into 64 bits")
    return number


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
