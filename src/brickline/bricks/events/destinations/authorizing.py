"""What authorizes connections: those with OAuth are asked for a token, the others have what they need."""

from __future__ import annotations

import json
import threading

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.events.destinations.calls import CallFailed, send
from brickline.bricks.events.destinations.requests import token_request
from brickline.bricks.events.kinds import CONNECTION

_LIFETIME = 300.0
"""Seconds that a token is used for where its server does not say how long it is good."""


class NotAuthorized(Exception):
    """No token could be had."""


class Authorizing:
    """A `Controller` of connections, and the tokens that they have."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._connections = Resources(baseplate, CONNECTION)
        self._lock = threading.Lock()
        self._tokens: dict[int, tuple[str, float]] = {}
        """Token and the time until which it is used, by the connection's id."""

    def reconcile(self, connection: Resource) -> float | None:
        self.forget(connection)
        try:
            self.token(connection)
        except NotAuthorized as error:
            self._end(connection, "DEAUTHORIZED", str(error))
        else:
            self._end(connection, "AUTHORIZED")
        return None

    def fail(self, connection: Resource, error: Exception) -> None:
        self._end(connection, "DEAUTHORIZED", str(error))

    def token(self, connection: Resource) -> str:
        """The access token of a connection with OAuth; "" of another one. Raises NotAuthorized."""
        oauth = connection.private["parameters"].get("OAuthParameters")
        if oauth is None:
            return ""
        with self._lock:
            token, until = self._tokens.get(connection.id, ("", 0.0))
            if clock.now() >= until:
                token, until = _asked_for(oauth)
                self._tokens[connection.id] = token, until
        return token

    def forget(self, connection: Resource) -> None:
        """The token was not taken, or the parameters are new: the next call asks for another one."""
        with self._lock:
            self._tokens.pop(connection.id, None)

    def _end(self, connection: Resource, state: str, reason: str = "") -> None:
        with self._connections.change_id(connection.id) as changed:
            if changed.modified != connection.modified:
                return  # updated meanwhile: it is looked at again
            changed.document.pop("StateReason", None)
            changed.document |= {"ConnectionState": state, **({"StateReason": reason[:512]} if reason else {})}
            if state == "AUTHORIZED":
                changed.document["LastAuthorizedTime"] = clock.now()
            changed.unfinished = False


def _asked_for(oauth: Shape) -> tuple[str, float]:
    """Raises NotAuthorized."""
    try:
        answer = send(token_request(oauth))
        given = json.loads(answer.body)
        if answer.is_good and isinstance(given, dict) and given.get("access_token"):
            return str(given["access_token"]), clock.now() + float(given.get("expires_in") or _LIFETIME)
    except (CallFailed, ValueError, TypeError) as error:
        raise NotAuthorized(f"The authorization endpoint gave no token: {error}") from None
    raise NotAuthorized(f"The authorization endpoint gave no token: HTTP {answer.status}")
