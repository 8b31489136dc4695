"""Connections: how the calls of API destinations are authorized. Secrets lie in `private`, and are never shown."""

from __future__ import annotations

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.events.destinations.parameters import MEMBERS, merged, shown
from brickline.bricks.events.kinds import CONNECTION
from brickline.bricks.events.refusals import invalid

_SETTINGS = ("Description", "AuthorizationType", "KmsKeyIdentifier")
_ANSWER = ("ConnectionArn", "ConnectionState", "CreationTime", "LastModifiedTime", "LastAuthorizedTime")


class Connections:
    """CreateConnection, UpdateConnection, DeauthorizeConnection, DeleteConnection, DescribeConnection, ListConnections.

    A connection is CREATING or UPDATING until `Authorizing` has found it AUTHORIZED or DEAUTHORIZED.
    """

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._connections = Resources(baseplate, CONNECTION)

    def create_connection(self, context: Context, request: Shape) -> Shape:
        parameters = request["AuthParameters"]
        _check(request["AuthorizationType"], parameters)
        name, identity = request["Name"], naming.unique_id()
        arn = context.arn("events", f"connection/{name}/{identity}")
        document = {
            **{member: request[member] for member in _SETTINGS if member in request},
            "AuthParameters": shown(parameters),
            "ConnectionState": "CREATING",
            "SecretArn": context.arn("secretsmanager", f"secret:events!connection/{name}/{identity}"),
        }
        private = {"parameters": parameters}
        connection = self._connections.create(context, name, document, arn=arn, private=private, unfinished=True)
        return _answer(connection)

    def update_connection(self, context: Context, request: Shape) -> Shape:
        """What is not given stays; with another AuthorizationType its parameters have to be given."""
        with self._connections.change(context, request["Name"]) as connection:
            document = connection.document
            kind: str = request.get("AuthorizationType") or document["AuthorizationType"]
            parameters = merged(connection.private["parameters"], request.get("AuthParameters") or {})
            _check(kind, parameters)
            document |= {member: request[member] for member in _SETTINGS if member in request}
            document |= {"AuthParameters": shown(parameters), "ConnectionState": "UPDATING"}
            connection.private["parameters"] = parameters
            connection.unfinished = True
        return _answer(connection)

    def deauthorize_connection(self, context: Context, request: Shape) -> Shape:
        """Its secrets are forgotten; what uses it fails until it is updated."""
        with self._connections.change(context, request["Name"]) as connection:
            connection.document["ConnectionState"] = "DEAUTHORIZED"
            connection.document["StateReason"] = "The connection was deauthorized by DeauthorizeConnection."
            connection.private["parameters"] = {}
            connection.unfinished = False
        return _answer(connection)

    def delete_connection(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            connection = self._connections.get(context, request["Name"])
            self._connections.delete(connection)
        return {**_answer(connection), "ConnectionState": "DELETING"}

    def describe_connection(self, context: Context, request: Shape) -> Shape:
        return self._connections.get(context, request["Name"]).document

    def list_connections(self, context: Context, request: Shape) -> Shape:
        return self._connections.page(context, request)


def _answer(connection: Resource) -> Shape:
    return {member: connection.document[member] for member in _ANSWER if member in connection.document}


def _check(kind: str, parameters: Shape) -> None:
    if MEMBERS[kind] not in parameters:
        raise invalid(f"AuthParameters: a connection of type {kind} has to have {MEMBERS[kind]}")
    for member in set(MEMBERS.values()) - {MEMBERS[kind]}:
        if member in parameters:
            raise invalid(f"AuthParameters: {member} is not for a connection of type {kind}; leave it out")
