"""API destinations: HTTP endpoints that rules can have as targets."""

from __future__ import annotations

from urllib.parse import urlsplit

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.events.kinds import API_DESTINATION, CONNECTION
from brickline.bricks.events.refusals import invalid, not_found

_SETTINGS = ("Description", "ConnectionArn", "InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond")
_ANSWER = ("ApiDestinationArn", "ApiDestinationState", "CreationTime", "LastModifiedTime")
_RATE = 300


class ApiDestinations:
    """Create, update, delete, describe and list. A destination is ACTIVE while its connection is authorized."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._destinations = Resources(baseplate, API_DESTINATION)
        self._connections = Resources(baseplate, CONNECTION)

    def create_api_destination(self, context: Context, request: Shape) -> Shape:
        self._check(request)
        name = request["Name"]
        arn = context.arn("events", f"api-destination/{name}/{naming.unique_id()}")
        settings = {member: request[member] for member in _SETTINGS if member in request}
        document = {"InvocationRateLimitPerSecond": _RATE, **settings}
        return self._answer(self._destinations.create(context, name, document, arn=arn).document)

    def update_api_destination(self, context: Context, request: Shape) -> Shape:
        self._check(request)
        with self._destinations.change(context, request["Name"]) as destination:
            destination.document |= {member: request[member] for member in _SETTINGS if member in request}
        return self._answer(destination.document)

    def delete_api_destination(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            self._destinations.delete(self._destinations.get(context, request["Name"]))
        return {}

    def describe_api_destination(self, context: Context, request: Shape) -> Shape:
        return self._shown(self._destinations.get(context, request["Name"]).document)

    def list_api_destinations(self, context: Context, request: Shape) -> Shape:
        page = self._destinations.page(context, request)
        return {**page, "ApiDestinations": [self._shown(one) for one in page["ApiDestinations"]]}

    def _check(self, request: Shape) -> None:
        """AWS wants https; here http will do, for what listens on this machine."""
        if "InvocationEndpoint" in request:
            parts = urlsplit(request["InvocationEndpoint"])
            if parts.scheme not in ("https", "http") or not parts.hostname:
                raise invalid(f"InvocationEndpoint: {request['InvocationEndpoint']} is no https:// or http:// address")
        if "ConnectionArn" in request and self._connections.by_arn(request["ConnectionArn"]) is None:
            raise not_found(f"Connection '{request['ConnectionArn']}' does not exist.")

    def _answer(self, document: Shape) -> Shape:
        shown = self._shown(document)
        return {member: shown[member] for member in _ANSWER}

    def _shown(self, document: Shape) -> Shape:
        connection = self._connections.by_arn(document["ConnectionArn"])
        is_gone = connection is None or connection.status == "DEAUTHORIZED"
        return {**document, "ApiDestinationState": "INACTIVE" if is_gone else "ACTIVE"}
