"""Timestamps on the wire, as epoch seconds inside."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

from brickline.baseplate.errors import Refused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(value: str | int | float) -> float:
    """Epoch seconds of a number, an ISO 8601 text or an HTTP date, whichever it is."""
    if isinstance(value, int | float):
        return float(value)
    for read in (float, _parse_iso, _parse_http):
        try:
            return read(value)
        except (ValueError, TypeError):
            continue
    raise Refused("SerializationException", f"{value!r} is not a timestamp: epoch seconds or ISO 8601")


def writer(timestamp_format: str) -> Callable[[float], str]:
    """What writes timestamps in one of the models' formats: `iso8601`, `rfc822` or `unixTimestamp`."""
    return {"iso8601": iso, "rfc822": http_date, "unixtimestamp": unix}[timestamp_format.lower()]


def iso(seconds: float) -> str:
    """`2026-01-02T03:04:05.678Z`; milliseconds, as AWS's services write."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{thousandths:03d}Z"


def http_date(seconds: float) -> str:
    return formatdate(int(seconds), usegmt=True)


def unix(seconds: float) -> str:
    return str(int(seconds)) if seconds == int(seconds) else repr(seconds)


def _parse_iso(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _parse_http(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()
