"""ARNs and ids: one parser, one maker."""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass

_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Arn:
    """`arn:<partition>:<service>:<region>:<account>:<resource>`."""

    service: str
    region: str
    account: str
    resource: str
    partition: str = "aws"

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @staticmethod
    def parse(text: str) -> Arn:
        """Raises ValueError where `text` is not an ARN."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise ValueError(f"{text!r} is not an ARN (arn:aws:<service>:<region>:<account>:<resource>)")
        return Arn(parts[2], parts[3], parts[4], parts[5], parts[1])


def is_arn(text: str) -> bool:
    return text.startswith("arn:")


def lower_id(length: int) -> str:
    """Random lower-case letters and digits, as in a pipeline execution's id."""
    return "".join(secrets.choice(_LOWER) for _ in range(length))


def hex_id(length: int) -> str:
    """Random hexadecimal digits, as in trace ids."""
    return secrets.token_hex(length // 2)


def mixed_id(length: int) -> str:
    """Random letters and digits, as at the end of a pipeline's job names."""
    return "".join(secrets.choice(_MIXED) for _ in range(length))


def unique_id() -> str:
    return str(uuid.uuid4())
