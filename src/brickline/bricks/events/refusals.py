"""The refusals of EventBridge."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


def bad_pattern(reason: object) -> Refused:
    return Refused("InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}")


def not_found(message: str) -> Refused:
    return Refused("ResourceNotFoundException", message)
