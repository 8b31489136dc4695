"""`/console/events/archives`: events that are kept, and played again."""

from __future__ import annotations

from datetime import UTC, datetime

from brickline.baseplate import naming
from brickline.baseplate.errors import Refused
from brickline.console import START, lists
from brickline.console.visit import Html, Redirect, Visit, get, post

_PAGE = f"{START}/events/archives"


def archives(visit: Visit) -> Html:
    listed = visit.call("events", "ListArchives", Limit=lists.PAGE, NextToken=visit.query.get("next"))
    replays = visit.call("events", "ListReplays", Limit=lists.PAGE, NextToken=visit.query.get("replays"))
    found = [
        visit.call_if_there("events", "DescribeArchive", ArchiveName=one["ArchiveName"]) for one in listed["Archives"]
    ]
    values = {
        "archives": [one for one in found if one],
        "token": listed.get("NextToken"),
        "replays": replays["Replays"],
        "replays_token": replays.get("NextToken"),
    }
    return Html("events/archives.html", values)


def create(visit: Visit) -> Redirect:
    name = visit.form.get("name", "").strip()
    visit.call(
        "events",
        "CreateArchive",
        ArchiveName=name,
        EventSourceArn=visit.context.arn("events", "event-bus/default"),
        EventPattern=visit.form.get("pattern", "").strip(),
    )
    return Redirect(_PAGE, f"{name} keeps the events of the default bus from now on")


def replay(visit: Visit) -> Redirect:
    """Play an archive's events of a span (the form's times are UTC) again, to the bus that they came by."""
    archive = visit.call("events", "DescribeArchive", ArchiveName=visit.form.get("archive"))
    name = f"{archive['ArchiveName'][:40]}-{naming.unique_id()[:8]}"
    visit.call(
        "events",
        "StartReplay",
        ReplayName=name,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=_moment(visit, "from"),
        EventEndTime=_moment(visit, "to"),
        Destination={"Arn": archive["EventSourceArn"]},
    )
    return Redirect(_PAGE, f"{name} has begun")


def cancel(visit: Visit) -> Redirect:
    visit.call("events", "CancelReplay", ReplayName=visit.form.get("replay"))
    return Redirect(_PAGE)


def _moment(visit: Visit, field: str) -> float:
    try:
        return datetime.fromisoformat(visit.form.get(field, "")).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused("ValidationException", f"{field}: a time as 2026-01-31T12:00 is needed") from None


ROUTES = [
    get("/events/archives", archives),
    post("/events/archives", create),
    post("/events/archives/replay", replay),
    post("/events/archives/cancel", cancel),
]
