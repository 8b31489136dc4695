"""Shapes as documents of maps, lists and scalars: what JSON and CBOR have in common.

A shape's reader and writer are built once. None stands for one that would change nothing, so that whole branches of
a document are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from brickline.baseplate.shapes import shape_key
from brickline.gateway.protocols.protocol import Convert

Leaf = Callable[[Shape], Convert | None]
"""Gives what converts a scalar; None where it is taken as it is."""


class Converters:
    """The converters of one document form, in one direction. Shapes may contain themselves."""

    def __init__(self, leaf: Leaf, reading: bool) -> None:
        self._leaf = leaf
        self._reading = reading
        self._made: dict[Hashable, Convert | None] = {}

    def of(self, shape: Shape) -> Convert | None:
        key = shape_key(shape)
        if key not in self._made:
            self._made[key] = lambda value: self._call(key, value)  # until it is made: recursion
            self._made[key] = self._make(shape)
        return self._made[key]

    def _call(self, key: Hashable, value: Any) -> Any:
        convert = self._made[key]
        return convert(value) if convert else value

    def _make(self, shape: Shape) -> Convert | None:
        match shape:
            case StructureShape() if shape.is_document_type:
                return None
            case StructureShape():
                return self.structure(shape)
            case ListShape():
                return _list(self.of(shape.member))
            case MapShape():
                return _map(self.of(shape.value))
            case _:
                return self._leaf(shape)

    def structure(self, shape: StructureShape, skip: frozenset[str] = frozenset()) -> Convert:
        """The converter of a structure's members but `skip`: unknown and null members are dropped, order is kept."""
        members: dict[str, tuple[str, Convert | None]] = {}
        for name, member in shape.members.items():
            if name not in skip:
                wire = member.serialization.get("name", name)
                source, target = (wire, name) if self._reading else (name, wire)
                members[source] = (target, self.of(member))

        def convert(value: Any) -> Any:
            if not isinstance(value, dict):
                return value  # validation says what is wrong
            converted = {}
            for source, item in value.items():
                if item is not None and (member := members.get(source)):
                    target, convert_item = member
                    converted[target] = convert_item(item) if convert_item else item
            return converted

        return convert


def _list(convert_item: Convert | None) -> Convert | None:
    if convert_item is None:
        return None
    return lambda value: [convert_item(item) for item in value] if isinstance(value, list | tuple) else value


def _map(convert_item: Convert | None) -> Convert | None:
    if convert_item is None:
        return None
    return lambda value: {key: convert_item(item) for key, item in value.items()} if isinstance(value, dict) else value
