"""The refusals of Lambda, with their HTTP status."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid(message: str) -> Refused:
    return Refused("InvalidParameterValueException", message, 400, Type="User")


def not_found(message: str) -> Refused:
    return Refused("ResourceNotFoundException", message, 404, Type="User")


def conflict(message: str) -> Refused:
    return Refused("ResourceConflictException", message, 409, Type="User")


def throttled(reason: str) -> Refused:
    return Refused("TooManyRequestsException", "Rate Exceeded.", 429, Type="User", Reason=reason, retryAfterSeconds="1")
