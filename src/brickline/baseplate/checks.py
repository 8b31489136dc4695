"""The checks that a model's shapes ask for: each is built once and gives None for a good value (the hot path)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from brickline.baseplate import patterns
from brickline.baseplate.shapes import OncePerShape
from brickline.baseplate.validation import Check, Failure, Kind


class Checks:
    """Makes the checks of an operation's shapes."""

    def __init__(self) -> None:
        self._once: OncePerShape[Check] = OncePerShape(
            self._structure, self._list, self._map, _scalar, key=lambda shape: shape.name
        )

    def of(self, shape: Shape) -> Check:
        return self._once.of(shape)

    def _structure(self, shape: StructureShape) -> Check:
        if shape.is_document_type:
            return _anything
        members = {name: self.of(member) for name, member in shape.members.items()}
        locations = {name: member.serialization.get("location", "") for name, member in shape.members.items()}
        required = tuple(shape.required_members)

        def check(value: Any) -> list[Failure] | None:
            if not isinstance(value, dict):
                return [_wrong_type(value, "a structure")]
            failures = [
                Failure(_lower_first(name), None, "required", "Member must not be null", name, locations[name])
                for name in required
                if value.get(name) is None
            ]
            for name, item in value.items():
                found = members[name](item) if item is not None and name in members else None
                if found:
                    failures += (_under(_lower_first(name), failure, name, locations[name]) for failure in found)
            return failures or None

        return _union(shape, check) if shape.is_tagged_union else check

    def _list(self, shape: ListShape) -> Check:
        check_item = self.of(shape.member)
        check_size = _size_check(shape)
        is_scalar = not isinstance(shape.member, StructureShape | ListShape | MapShape)

        def check(value: Any) -> list[Failure] | None:
            if not isinstance(value, list | tuple):
                return [_wrong_type(value, "a list")]
            failures = check_size(value)
            for position, item in enumerate(value, 1):
                found = check_item(item)
                if found and is_scalar:
                    failures.append(_gathered("Member must satisfy constraint", value, found))
                    break
                if found:
                    failures += (_under(f"{position}.member", failure, "") for failure in found)
            return failures or None

        return check

    def _map(self, shape: MapShape) -> Check:
        check_key, check_value = self.of(shape.key), self.of(shape.value)
        check_size = _size_check(shape)
        is_scalar = not isinstance(shape.value, StructureShape | ListShape | MapShape)

        def check(value: Any) -> list[Failure] | None:
            if not isinstance(value, dict):
                return [_wrong_type(value, "a map")]
            failures = check_size(value)
            for key, item in value.items():
                if found := check_key(key):
                    failures.append(_gathered("Map keys must satisfy constraint", value, found))
                found = check_value(item)
                if found and is_scalar:
                    failures.append(_gathered("Map value must satisfy constraint", value, found))
                elif found:
                    failures += (_under(f"{key}.member", failure, "") for failure in found)
            return failures or None

        return check


def _anything(_value: Any) -> None:
    return None


def _union(shape: StructureShape, check: Check) -> Check:
    names = ", ".join(shape.members)

    def check_union(value: Any) -> list[Failure] | None:
        failures = check(value)
        if failures is None and sum(item is not None for item in value.values()) != 1:
            return [Failure("", value, "union", f"Exactly one of the members must be set: [{names}]")]
        return failures

    return check_union


def _scalar(shape: Shape) -> Check:
    match shape.type_name:
        case "string" | "character":
            return _string_check(shape)
        case "integer" | "long":
            return _number_check(shape, lambda value: isinstance(value, int), "an integer")
        case "float" | "double":
            return _number_check(shape, lambda value: isinstance(value, int | float), "a number")
        case "boolean":
            return _type_check(lambda value: isinstance(value, bool), "a boolean")
        case "timestamp":
            return _type_check(_is_time, "a timestamp (epoch seconds)")
        case "blob":
            return _blob_check(shape)
        case other:
            raise NotImplementedError(f"shape {shape.name} has the type {other}, which no check knows")


def _type_check(is_right: Callable[[Any], bool], wanted: str) -> Check:
    return lambda value: None if is_right(value) else [_wrong_type(value, wanted)]


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _string_check(shape: Shape) -> Check:
    bounds = _bounds(shape, "length", "length")
    options = tuple(shape.enum) if isinstance(shape, StringShape) else ()
    values = frozenset(options)
    enum = f"Member must satisfy enum value set: [{', '.join(options)}]"
    pattern = shape.metadata.get("pattern")
    expression = patterns.compiled(pattern) if pattern else None
    pattern_text = f"Member must satisfy regular expression pattern: {pattern}"

    def check(value: Any) -> list[Failure] | None:
        if not isinstance(value, str):
            return [_wrong_type(value, "a string")]
        failures = bounds(value, len(value))
        if values and value not in values:
            failures.append(Failure("", value, "enum", enum))
        if expression is not None and not expression.fullmatch(value):
            failures.append(Failure("", value, "pattern", pattern_text))
        return failures or None

    return check


def _number_check(shape: Shape, is_right: Callable[[Any], bool], wanted: str) -> Check:
    bounds = _bounds(shape, "value", "range")

    def check(value: Any) -> list[Failure] | None:
        if isinstance(value, bool) or not is_right(value):
            return [_wrong_type(value, wanted)]
        return bounds(value, value) or None

    return check


def _blob_check(shape: Shape) -> Check:
    bounds = _bounds(shape, "length", "length")

    def check(value: Any) -> list[Failure] | None:
        if isinstance(value, bytes | bytearray | memoryview):
            return bounds(value, len(value)) or None
        return None if hasattr(value, "read") else [_wrong_type(value, "bytes")]

    return check


def _size_check(shape: Shape) -> Callable[[Any], list[Failure]]:
    bounds = _bounds(shape, "length", "length")
    return lambda value: bounds(value, len(value))


def _bounds(shape: Shape, what: str, kind: Kind) -> Callable[[Any, float], list[Failure]]:
    """A check of `min` and `max`: of a value, or of the length of one."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, measure: float) -> list[Failure]:
        failures = []
        if low is not None and measure < low:
            failures.append(Failure("", value, kind, f"Member must have {what} greater than or equal to {low}"))
        if high is not None and measure > high:
            failures.append(Failure("", value, kind, f"Member must have {what} less than or equal to {high}"))
        return failures

    return check if low is not None or high is not None else lambda _value, _measure: []


def _wrong_type(value: Any, wanted: str) -> Failure:
    return Failure("", value, "type", f"Member must be {wanted}, not {type(value).__name__}")


def _gathered(what: str, value: Any, failures: Iterable[Failure]) -> Failure:
    """The failures of a simple element are told of its list or map: `[Member must have length ..., ...]`."""
    found = list(failures)
    return Failure("", value, found[0].kind, f"{what}: [{', '.join(failure.constraint for failure in found)}]")


def _under(prefix: str, failure: Failure, member: str, location: str = "") -> Failure:
    path = f"{prefix}.{failure.path}" if failure.path else prefix
    return failure._replace(path=path, member=failure.member or member, location=location)


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
