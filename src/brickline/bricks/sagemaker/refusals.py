"""The refusal that SageMaker uses most."""

from __future__ import annotations

from brickline.baseplate.errors import Refused


def invalid(message: str) -> Refused:
    """A ValidationException: `message` names the member, what it got and what would do."""
    return Refused("ValidationException", message)
