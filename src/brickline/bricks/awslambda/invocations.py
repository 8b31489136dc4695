"""Invoke: at once, later, or not at all (dry run)."""

from __future__ import annotations

import base64
import json

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.awslambda.events import Events
from brickline.bricks.awslambda.execution.executor import Executor, Invocation, Outcome
from brickline.bricks.awslambda.lookup import Lookup, Target
from brickline.bricks.awslambda.packages import read_whole

_MOST_SENT = 6_291_456
_MOST_QUEUED = 1_048_576
"""Bytes of a payload: for an answer at once, and for an event."""


class Invocations:
    """One operation."""

    def __init__(self, lookup: Lookup, executor: Executor, events: Events) -> None:
        self._lookup = lookup
        self._executor = executor
        self._events = events

    def invoke(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        kind = request.get("InvocationType", "RequestResponse")
        if kind == "DryRun":
            return {"StatusCode": 204, "Payload": b"", "ExecutedVersion": target.configuration["Version"]}
        event = _event(request, _MOST_QUEUED if kind == "Event" else _MOST_SENT)
        # The id of the client's own request; one context inside the server may make many invocations.
        request_id = context.request_id if context.host else naming.unique_id()
        invocation = Invocation(request_id, event, _client_context(request), context.cause)
        if kind == "Event":
            self._events.accept(context, target, invocation)
            return {"StatusCode": 202, "Payload": b""}
        outcome = self._executor.run(target, invocation)
        return _answer(target, outcome, with_log=request.get("LogType") == "Tail")


def _answer(target: Target, outcome: Outcome, with_log: bool) -> Shape:
    answer: Shape = {
        "StatusCode": 200,
        "ExecutedVersion": target.configuration["Version"],
        "Payload": outcome.payload,
    }
    if outcome.is_error:
        answer["FunctionError"] = "Unhandled"
    if with_log:
        answer["LogResult"] = base64.b64encode(outcome.log_tail).decode()
    return answer


def _event(request: Shape, most: int) -> str:
    """The payload as JSON text; an empty one is an empty object."""
    data = read_whole(request.get("Payload"))
    if len(data) > most:
        raise Refused(
            "RequestTooLargeException",
            f"Request must be smaller than {most} bytes for the InvokeFunction operation ({len(data)} bytes)",
            413,
            Type="User",
        )
    try:
        text = data.decode() or "{}"
        json.loads(text)
    except ValueError as error:
        message = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise Refused("InvalidRequestContentException", message, 400, Type="User") from None
    return text


def _client_context(request: Shape) -> Shape | None:
    if not request.get("ClientContext"):
        return None
    try:
        found = json.loads(base64.b64decode(request["ClientContext"]))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = "ClientContext: not the Base64 form of a JSON object"
        raise Refused("InvalidRequestContentException", message, 400, Type="User")
    return found
