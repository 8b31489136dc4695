"""Event buses: made, described, listed, deleted, and who may put events on them."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.bricks.events.kinds import DEFAULT_BUS
from brickline.bricks.events.places import Places
from brickline.bricks.events.refusals import invalid, not_found

_SETTINGS = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


class Buses:
    """CreateEventBus, UpdateEventBus, DeleteEventBus, DescribeEventBus, ListEventBuses, Put- and RemovePermission."""

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._store = baseplate.store
        self._places = places

    def create_event_bus(self, context: Context, request: Shape) -> Shape:
        name = request["Name"]
        if "EventSourceName" in request:
            raise not_found(f"EventSourceName: no partner event source {request['EventSourceName']} is there")
        if "/" in name:
            raise invalid(f"Name: {name!r} has a '/', which only buses of partner event sources may have")
        self._places.place(context, None)  # the default bus is older than any other
        document = {member: request[member] for member in _SETTINGS if member in request}
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        bus = self._places.buses.create(context, name, document, tags=tags)
        return {"EventBusArn": bus.arn, **document}

    def update_event_bus(self, context: Context, request: Shape) -> Shape:
        place = self._places.place(context, request.get("Name"))
        with self._places.buses.change_id(place.bus.id) as bus:
            for member in _SETTINGS:
                bus.document.pop(member, None)
                if member in request:
                    bus.document[member] = request[member]
        return bus.document

    def delete_event_bus(self, context: Context, request: Shape) -> Shape:
        """Deleting what is not there succeeds."""
        name = request["Name"]
        if name == DEFAULT_BUS:
            raise invalid("Cannot delete event bus default.")
        with self._store.write():
            bus = self._places.buses.find(context, name)
            if bus is None:
                return {}
            if next(self._places.rules.all(context, name), None):
                raise invalid(f"Cannot delete event bus {name}: it has rules; delete these first.")
            self._places.buses.delete(bus)
        return {}

    def describe_event_bus(self, context: Context, request: Shape) -> Shape:
        return self._places.place(context, request.get("Name")).bus.document

    def list_event_buses(self, context: Context, request: Shape) -> Shape:
        self._places.place(context, None)
        return self._places.buses.page(context, request)

    def put_permission(self, context: Context, request: Shape) -> Shape:
        place = self._places.place(context, request.get("EventBusName"))
        with self._places.buses.change_id(place.bus.id) as bus:
            if "Policy" in request:
                bus.document["Policy"] = _checked_policy(request["Policy"])
                return {}
            missing = [member for member in ("Action", "Principal", "StatementId") if not request.get(member)]
            if missing:
                raise invalid(f"{missing[0]}: give Action, Principal and StatementId, or a whole Policy")
            kept = [each for each in _statements(bus.document) if each.get("Sid") != request["StatementId"]]
            _keep_policy(bus.document, [*kept, _statement(request, bus.arn)])
        return {}

    def remove_permission(self, context: Context, request: Shape) -> Shape:
        place = self._places.place(context, request.get("EventBusName"))
        with self._places.buses.change_id(place.bus.id) as bus:
            statements = _statements(bus.document)
            if request.get("RemoveAllPermissions"):
                kept = []
            else:
                kept = [each for each in statements if each.get("Sid") != request.get("StatementId")]
                if len(kept) == len(statements):
                    raise not_found(f"Statement with the provided id does not exist: {request.get('StatementId')}")
            _keep_policy(bus.document, kept)
        return {}


def _statements(document: Shape) -> list[Shape]:
    found: list[Shape] = json.loads(document["Policy"])["Statement"] if "Policy" in document else []
    return found


def _keep_policy(document: Shape, statements: list[Shape]) -> None:
    document.pop("Policy", None)
    if statements:
        document["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": statements})


def _statement(request: Shape, arn: str) -> Shape:
    principal = request["Principal"]
    statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": request["Action"],
        "Resource": arn,
    }
    if condition := request.get("Condition"):
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return statement


def _checked_policy(text: str) -> str:
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise invalid(f"Policy: not a JSON document ({error})") from None
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list):
        raise invalid("Policy: the member Statement is missing, or is not a list")
    return text
