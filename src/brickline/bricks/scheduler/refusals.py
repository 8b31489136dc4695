"""The refusals of EventBridge Scheduler."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)
