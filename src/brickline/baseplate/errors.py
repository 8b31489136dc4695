"""The one error type of the services."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A request that a service refuses, as its client sees it.

    `code` is the service's own error code (the shape name that boto3 offers as `client.exceptions.<code>`),
    `message` names the member, what it got and what would do; `members` are further members of the error's shape.
    """

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members
