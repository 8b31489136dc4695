"""`/console/jobs`: training, processing and transform jobs, and each by itself."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.why import cause
from brickline.console import START, lists
from brickline.console.jobs import KINDS, JobKind
from brickline.console.rendering import segment
from brickline.console.views.step import job_view
from brickline.console.visit import Html, Redirect, Visit, get, post

STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped")


def jobs(visit: Visit) -> Html:
    """The jobs of one kind: each kind is a list of its own, with its own pages."""
    kind = KINDS.get(visit.query.get("kind", "")) or KINDS["training-job"]
    listed = kind.page(visit, lists.asked(visit, lists.WITH_STATUS, status="StatusEquals"))
    values = {"kind": kind, "kinds": KINDS.values(), "statuses": STATUSES, **listed}
    return Html("jobs/list.html", values)


def job(visit: Visit) -> Html:
    kind, name = _kind(visit), visit.place["name"]
    found = job_view(visit, kind, name)
    if found is None:
        raise Refused("JobNotFound", f"There is no {kind.kind.replace('-', ' ')} named {name}", 404)
    document = found["document"]
    values = {
        "kind": kind,
        "job": found,
        "document": document,
        "cause": cause(visit.context.baseplate.store, found["arn"]),
        "settings": [(title, value) for title, value in kind.settings(document) if not title.startswith("input ")],
        "transitions": _transitions(document),
    }
    return Html("jobs/job.html", values)


def stop(visit: Visit) -> Redirect:
    kind, name = _kind(visit), visit.place["name"]
    kind.stop(visit, name)
    return Redirect(f"{START}/jobs/{kind.kind}/{segment(name)}")


def _kind(visit: Visit) -> JobKind:
    kind = KINDS.get(visit.place["kind"])
    if kind is None:
        raise Refused("PageNotFound", f"{visit.place['kind']} is none of {', '.join(KINDS)}", 404)
    return kind


def _transitions(document: Shape) -> list[Shape]:
    return [
        {**one, "seconds": one["EndTime"] - one["StartTime"] if one.get("EndTime") else None}
        for one in document.get("SecondaryStatusTransitions", ())
    ]


ROUTES = [
    get("/jobs", jobs),
    get("/jobs/{kind}/{name}", job),
    post("/jobs/{kind}/{name}/stop", stop),
]
