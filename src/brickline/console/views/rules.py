"""`/console/events/rules`: rules of every bus, what each waits for, and what it has started."""

from __future__ import annotations

from brickline.baseplate.errors import Refused
from brickline.console import START, latest, lists
from brickline.console.previews import laid_out
from brickline.console.rendering import segment
from brickline.console.visit import Html, Redirect, Visit, get, post

_MOST = 25


def rules(visit: Visit) -> Html:
    bus = visit.query.get("bus", "default")
    listed = visit.call(
        "events",
        "ListRules",
        EventBusName=bus,
        NamePrefix=visit.query.get("search", "").strip(),
        Limit=lists.PAGE,
        NextToken=visit.query.get("next"),
    )
    buses = visit.call("events", "ListEventBuses")["EventBuses"]
    found = [{**one, "targets": _targets(visit, bus, one["Name"])} for one in listed["Rules"]]
    return Html("events/rules.html", {"rules": found, "buses": buses, "bus": bus, "token": listed.get("NextToken")})


def rule(visit: Visit) -> Html:
    bus, name = visit.place["bus"], visit.place["name"]
    found = visit.call("events", "DescribeRule", Name=name, EventBusName=bus)
    pattern = found.get("EventPattern")
    values = {
        "rule": found,
        "name": name,
        "bus": bus,
        "address": address(bus, name),
        "pattern": laid_out(pattern or ""),
        "targets": _targets(visit, bus, name),
        "deliveries": latest.deliveries_of(visit.context.baseplate.store, found["Arn"], _MOST),
    }
    return Html("events/rule.html", values)


def switch(visit: Visit) -> Redirect:
    bus, name = visit.place["bus"], visit.place["name"]
    operation = {"ENABLED": "EnableRule", "DISABLED": "DisableRule"}.get(visit.form.get("state", ""))
    if operation is None:
        raise Refused("ValidationException", "state is ENABLED or DISABLED")
    visit.call("events", operation, Name=name, EventBusName=bus)
    return Redirect(address(bus, name))


def address(bus: str, name: str) -> str:
    """The page of a rule."""
    return f"{START}/events/rules/{segment(bus)}/{segment(name)}"


def _targets(visit: Visit, bus: str, name: str) -> list[dict[str, object]]:
    answer = visit.call_if_there("events", "ListTargetsByRule", Rule=name, EventBusName=bus)
    return answer["Targets"] if answer else []


ROUTES = [
    get("/events/rules", rules),
    get("/events/rules/{bus}/{name}", rule),
    post("/events/rules/{bus}/{name}", switch),
]
