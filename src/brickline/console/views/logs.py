"""`/console/logs`: log groups, their streams, and what was printed: searched, and followed to the end."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.console import lists, tails
from brickline.console.tails import Line, log_address
from brickline.console.visit import Html, Visit, get

_LINES = 500
SPANS = {"": 0, "15m": 15 * 60, "1h": 3600, "1d": 86_400, "7d": 7 * 86_400}
"""How far back a search goes, in seconds; 0 is to the beginning."""


def logs(visit: Visit) -> Html:
    group = visit.query.get("group", "")
    if not group:
        return _groups(visit)
    if visit.query.get("stream") or visit.query.get("pattern") or visit.query.get("since"):
        return _events(visit, group)
    return _streams(visit, group)


def _groups(visit: Visit) -> Html:
    wanted = visit.query.get("search", "").strip()
    answer = visit.call(
        "logs",
        "DescribeLogGroups",
        logGroupNamePattern=wanted,
        limit=lists.PAGE,
        nextToken=visit.query.get("next"),
    )
    groups = [{**one, "address": log_address(one["logGroupName"])} for one in answer["logGroups"]]
    return Html("logs/groups.html", {"groups": groups, "token": answer.get("nextToken")})


def _streams(visit: Visit, group: str) -> Html:
    """The streams that were written to last; by name where one is searched: the operation takes only one of the two."""
    wanted = visit.query.get("search", "").strip()
    which = {"logStreamNamePrefix": wanted} if wanted else {"orderBy": "LastEventTime", "descending": True}
    answer = visit.call(
        "logs",
        "DescribeLogStreams",
        logGroupName=group,
        limit=lists.PAGE,
        nextToken=visit.query.get("next"),
        **which,
    )
    streams = [{**one, "address": log_address(group, one["logStreamName"])} for one in answer["logStreams"]]
    values = {"group": group, "streams": streams, "token": answer.get("nextToken"), "spans": SPANS}
    return Html("logs/streams.html", values)


def _events(visit: Visit, group: str) -> Html:
    stream, pattern = visit.query.get("stream", ""), visit.query.get("pattern", "").strip()
    seconds = SPANS.get(visit.query.get("since", ""), 0)
    is_search = bool(pattern or seconds)
    found = _found(visit, group, stream, pattern, seconds) if is_search else _end(visit, group, stream)
    lines = [Line(one["message"], one["timestamp"] / 1000) for one in found["events"]]
    values = {
        "group": group,
        "stream": stream,
        "address": log_address(group),
        "lines": lines if is_search else tails.marked(lines),
        "is_search": is_search,
        "back": found.get("nextBackwardToken") if found["events"] and not is_search else None,
        "token": found.get("nextToken"),
        "spans": SPANS,
        "is_at_end": not visit.query.get("next") and not is_search,
    }
    return Html("logs/events.html", values)


def _end(visit: Visit, group: str, stream: str) -> Shape:
    """The newest lines of a stream, or those before a page's token."""
    return visit.call(
        "logs",
        "GetLogEvents",
        logGroupName=group,
        logStreamName=stream,
        limit=_LINES,
        nextToken=visit.query.get("next"),
    )


def _found(visit: Visit, group: str, stream: str, pattern: str, seconds: int) -> Shape:
    return visit.call(
        "logs",
        "FilterLogEvents",
        logGroupName=group,
        logStreamNames=[stream] if stream else None,
        filterPattern=pattern,
        startTime=round((clock.now() - seconds) * 1000) if seconds else None,
        limit=_LINES,
        nextToken=visit.query.get("next"),
    )


ROUTES = [get("/logs", logs)]
