"""An event as patterns see it: its leaves by their dotted paths, and which array elements they lie in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

Scalar = str | int | float | bool | None

Membership = tuple[tuple[int, int], ...]
"""The arrays that a leaf lies in, each with the index of its element: fields of one match have to agree on these."""

Fields = dict[str, list[tuple[Scalar, Membership]]]


def fields_of(event: dict[str, Any]) -> Fields:
    """Every leaf. An empty object or array is none, and nested arrays count as one."""
    fields: Fields = {}
    for path, value, membership in _leaves("", event, (), itertools.count()):
        fields.setdefault(path, []).append((value, membership))
    return fields


def _leaves(
    path: str, value: Any, membership: Membership, arrays: Iterator[int]
) -> Iterator[tuple[str, Scalar, Membership]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, member, membership, arrays)
    elif isinstance(value, list):
        array = next(arrays)
        for position, element in enumerate(value):
            yield from _leaves(path, element, (*membership, (array, position)), arrays)
    else:
        yield path, value, membership
