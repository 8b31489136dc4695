"""What is made of the shapes of a model: a function for each, once, though shapes may contain themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape

Made = TypeVar("Made", bound=Callable[..., Any])


def shape_key(shape: Shape) -> Hashable:
    """Tells apart a shape's uses, which may differ in how they are written (a name, a timestamp's format)."""
    return (shape.name, repr(sorted(shape.serialization.items(), key=lambda item: item[0])))


@dataclass(frozen=True)
class OncePerShape(Generic[Made]):
    """Makes a function of a shape by its kind, and remembers it."""

    structure: Callable[[StructureShape], Made]
    list: Callable[[ListShape], Made]
    map: Callable[[MapShape], Made]
    scalar: Callable[[Shape], Made]
    key: Callable[[Shape], Hashable] = shape_key
    _made: dict[Hashable, Made] = field(default_factory=dict)

    def of(self, shape: Shape) -> Made:
        key = self.key(shape)
        if key not in self._made:
            self._made[key] = cast("Made", lambda *arguments: self._made[key](*arguments))  # until it is made
            self._made[key] = self._make(shape)
        return self._made[key]

    def _make(self, shape: Shape) -> Made:
        match shape:
            case StructureShape():
                return self.structure(shape)
            case ListShape():
                return self.list(shape)
            case MapShape():
                return self.map(shape)
            case _:
                return self.scalar(shape)
