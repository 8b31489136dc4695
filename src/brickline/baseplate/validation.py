"""Requests checked against the service's model: required members, types, enums, bounds, patterns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from brickline.baseplate import refusals

if TYPE_CHECKING:
    from botocore.model import OperationModel

Kind = Literal["required", "type", "enum", "length", "range", "pattern", "union"]


class Failure(NamedTuple):
    """A constraint that a value does not meet. `path` is AWS's: `resourceConfig.instanceGroups.1.member.name`."""

    path: str
    value: Any
    kind: Kind
    constraint: str
    member: str = ""
    location: str = ""
    """Where the outermost member stands in an HTTP request (`header`, `uri`, ...); empty for the body."""


Check = Callable[[Any], "list[Failure] | None"]
"""Gives None for a good value, else the failures; their paths grow on the way up."""


def validate(operation: OperationModel, request: dict[str, Any]) -> None:
    """Raises Refused with the service's own code and AWS's wording where the request does not fit the model."""
    check = _operation_check(operation)
    failures = check(request) if check else None
    if failures:
        raise refusals.refused(operation, failures)


@cache
def _operation_check(operation: OperationModel) -> Check | None:
    from brickline.baseplate.checks import Checks  # brings botocore's models along: not before the first call

    return Checks().of(operation.input_shape) if operation.input_shape else None
