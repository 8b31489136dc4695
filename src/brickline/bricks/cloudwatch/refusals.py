"""CloudWatch's errors, by the codes that its query protocol has always had."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid_value(message: str) -> Refused:
    return Refused("InvalidParameterValue", message)


def invalid_combination(message: str) -> Refused:
    return Refused("InvalidParameterCombination", message)


def missing(message: str) -> Refused:
    return Refused("MissingParameter", message)
