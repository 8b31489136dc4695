"""The end of what a program printed, from CloudWatch Logs, with the line that tells of its failure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from brickline.baseplate.brick import Shape
from brickline.console import START
from brickline.console.visit import Visit

_LINES = 200
_MOST_STREAMS = 8
_TELLS = re.compile(
    r"^\s*(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Failure)\b(?::|$)|(?:ERROR|FATAL|CRITICAL)\b)"
    r"|: error:|\b(?:ERROR|FATAL|CRITICAL)\b[\s:\]]"
)


@dataclass(frozen=True)
class Line:
    """`is_failure` where it tells why the program failed."""

    text: str
    time: float = 0.0
    is_failure: bool = False


@dataclass(frozen=True)
class Tail:
    """The last lines of a group's streams. `address` is the page of the whole log."""

    lines: list[Line]
    address: str
    streams: tuple[str, ...] = ()


def log_address(group: str, stream: str = "") -> str:
    """The page of a log group, or of one of its streams."""
    return f"{START}/logs?{urlencode({'group': group, **({'stream': stream} if stream else {})})}"


def tail(visit: Visit, group: str, prefix: str = "", has_failed: bool = False, most: int = _LINES) -> Tail:
    """The last lines of the streams whose names begin with `prefix`; empty where nothing was printed yet."""
    names = _streams(visit, group, prefix)
    events = [event for name in names for event in _events(visit, group, name, most)]
    lines = [Line(event["message"], event["timestamp"] / 1000) for event in sorted(events, key=_time)[-most:]]
    address = log_address(group, names[0] if len(names) == 1 else "")
    return Tail(marked(lines) if has_failed else lines, address, tuple(names))


def marked(lines: list[Line]) -> list[Line]:
    """The same lines, with the last one marked that tells of a failure."""
    for index in range(len(lines) - 1, -1, -1):
        if _TELLS.search(lines[index].text):
            told = Line(lines[index].text, lines[index].time, is_failure=True)
            return [*lines[:index], told, *lines[index + 1 :]]
    return lines


def _streams(visit: Visit, group: str, prefix: str) -> list[str]:
    """Those of a prefix, or the ones that were written to last: the operation takes only one of the two."""
    which = {"logStreamNamePrefix": prefix} if prefix else {"orderBy": "LastEventTime", "descending": True}
    found = visit.call_if_there("logs", "DescribeLogStreams", logGroupName=group, limit=_MOST_STREAMS, **which)
    return [stream["logStreamName"] for stream in found["logStreams"]] if found else []


def _events(visit: Visit, group: str, stream: str, most: int) -> list[Shape]:
    answer = visit.call_if_there("logs", "GetLogEvents", logGroupName=group, logStreamName=stream, limit=most)
    return answer["events"] if answer else []


def _time(event: Shape) -> float:
    moment: float = event["timestamp"]
    return moment
