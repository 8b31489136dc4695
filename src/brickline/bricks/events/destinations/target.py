"""API destinations as targets: each delivery is one HTTP call."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.baseplate.targets import Delivery
from brickline.bricks.events.destinations.authorizing import Authorizing, NotAuthorized
from brickline.bricks.events.destinations.calls import CallFailed, send
from brickline.bricks.events.destinations.requests import invocation
from brickline.bricks.events.kinds import API_DESTINATION, CONNECTION
from brickline.bricks.events.refusals import not_found

_TRY_AGAIN = (401, 407, 409, 429)
"""Statuses after which EventBridge calls again, beside 5xx: eb-api-destinations.html."""


class DestinationTarget:
    def __init__(self, baseplate: Baseplate, authorizing: Authorizing) -> None:
        self._destinations = Resources(baseplate, API_DESTINATION)
        self._connections = Resources(baseplate, CONNECTION)
        self._authorizing = authorizing

    def call(self, _context: Context, delivery: Delivery) -> str:
        """Raises Refused, with a status of 5xx where it is to be tried again."""
        destination = self._destinations.by_arn(delivery.arn)
        if destination is None:
            raise not_found(f"API destination {delivery.arn} does not exist.")
        connection = self._connection(destination)
        http = delivery.parameters.get("HttpParameters") or {}
        try:
            token = self._authorizing.token(connection)
            parameters = connection.private["parameters"]
            answer = send(invocation(destination.document, parameters, delivery.payload, http, token))
        except (CallFailed, NotAuthorized) as error:
            raise _failed(str(error), is_final=False) from None
        if answer.status == 401:
            self._authorizing.forget(connection)
        if not answer.is_good:
            is_final = answer.status < 500 and answer.status not in _TRY_AGAIN
            said = answer.body[:200].decode(errors="replace")
            raise _failed(f"HTTP {answer.status} of {destination.document['InvocationEndpoint']}: {said}", is_final)
        return ""

    def _connection(self, destination: Resource) -> Resource:
        connection = self._connections.by_arn(destination.document["ConnectionArn"])
        if connection is None:
            raise not_found(f"Connection '{destination.document['ConnectionArn']}' does not exist.")
        if connection.status == "DEAUTHORIZED":
            reason = connection.document.get("StateReason", "")
            raise _failed(f"The connection {connection.name} is DEAUTHORIZED: {reason}", is_final=True)
        return connection


def _failed(message: str, is_final: bool) -> Refused:
    return Refused("ApiDestinationFailed", message, 400 if is_final else 503)
