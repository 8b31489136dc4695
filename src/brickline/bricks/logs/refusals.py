"""The refusals of CloudWatch Logs."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)


def not_found(message: str) -> Refused:
    return Refused("ResourceNotFoundException", message)
