"""A log group as what events are written to: one line each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.targets import Delivery
from brickline.bricks.logs.groups import group_name


def write(context: Context, delivery: Delivery) -> str:
    """The whole input is the message, unless it says what its `timestamp` and `message` are.

    The group has to be there; its stream is one per day (on AWS streams have no meaning either).
    """
    place = {"logGroupName": group_name(delivery.arn), "logStreamName": _stream()}
    event = _event(delivery.payload)
    try:
        context.call("logs", "PutLogEvents", **place, logEvents=[event])
    except Refused as refused:
        if "log stream" not in refused.message:
            raise
        context.call("logs", "CreateLogStream", **place)
        context.call("logs", "PutLogEvents", **place, logEvents=[event])
    return ""


def _stream() -> str:
    return datetime.fromtimestamp(clock.now(), UTC).strftime("events/%Y/%m/%d")


def _event(payload: str) -> dict[str, Any]:
    """eb-use-resource-based.html: an input transformer for logs gives `{"timestamp": ..., "message": ...}`."""
    given = json.loads(payload)
    if isinstance(given, dict) and given.keys() == {"timestamp", "message"} and isinstance(given["timestamp"], int):
        message = given["message"]
        return {
            "timestamp": given["timestamp"],
            "message": message if isinstance(message, str) else json.dumps(message),
        }
    return {"timestamp": int(clock.now() * 1000), "message": payload}
