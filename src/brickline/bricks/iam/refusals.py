"""The refusals of IAM, with their HTTP status."""

from __future__ import annotations

from brickline.baseplate import policies
from brickline.baseplate.errors import Refused
from brickline.baseplate.policies import Statement


def missing(message: str) -> Refused:
    return Refused("NoSuchEntity", message, 404)


def delete_conflict(message: str) -> Refused:
    return Refused("DeleteConflict", f"Cannot delete entity, must {message} first.", 409)


def limit_exceeded(message: str) -> Refused:
    return Refused("LimitExceeded", message, 409)


def invalid_input(message: str) -> Refused:
    return Refused("InvalidInput", message)


def checked_policy(text: str) -> list[Statement]:
    """The statements of a policy document. Refused where it is none."""
    try:
        return policies.parse_policy(text)
    except policies.PolicyError as error:
        raise Refused("MalformedPolicyDocument", str(error)) from None
