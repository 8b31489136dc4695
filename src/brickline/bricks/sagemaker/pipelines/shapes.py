"""AWS's shapes against definitions: where a property path leads, and what type a field takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from brickline.baseplate.models import service_model
from brickline.bricks.sagemaker.pipelines.expressions import as_text, is_expression
from brickline.bricks.sagemaker.pipelines.parameters import did_you_mean
from brickline.bricks.sagemaker.pipelines.paths import NATURAL_KEYS, Misplaced, Token, path_text

_VALUE_TYPES = {
    "string": "String",
    "integer": "Number",
    "long": "Number",
    "float": "Number",
    "double": "Number",
    "timestamp": "Number",
    "boolean": "Boolean",
}


class Misfit(Misplaced):
    """A structure, list or map is wanted at a place, and something else is there."""


class UnknownProperty(LookupError):
    """A path leads nowhere in a shape, and where it ends."""


def request_shape(operation: str) -> Shape | None:
    """What an operation of SageMaker takes."""
    return service_model("sagemaker").operation_model(operation).input_shape


def response_shape(operation: str) -> Shape | None:
    """What an operation of SageMaker answers."""
    return service_model("sagemaker").operation_model(operation).output_shape


def property_type(shape: Shape | None, path: Sequence[Token]) -> str | None:
    """`String`, `Number` or `Boolean`; None for a structure. Raises UnknownProperty."""
    assert shape is not None
    for position, token in enumerate(path):
        inner = _inner(shape, token)
        if inner is None:
            raise UnknownProperty(_nowhere(shape, path, position))
        shape = inner
    return _VALUE_TYPES.get(shape.type_name)


def check_form(value: Any, shape: Shape | None, path: tuple[Token, ...]) -> None:
    """Raises Misfit. Expressions fit everywhere; scalars are put into the right type when they are used."""
    if value is None or is_expression(value):
        return
    match shape, value:
        case StructureShape(), dict():
            for name, inner in value.items():
                check_form(inner, shape.members.get(name), (*path, name))
        case MapShape(), dict():
            for name, inner in value.items():
                check_form(inner, shape.value, (*path, name))
        case ListShape(), list():
            for index, inner in enumerate(value):
                check_form(inner, shape.member, (*path, index))
        case ((StructureShape() | MapShape() | ListShape()), _):
            raise Misfit(f"a {shape.type_name} is needed, not {as_text(value)}", path)


def coerced(value: Any, shape: Shape | None) -> Any:
    """`value` with every scalar in the type that the API takes there; what the shape does not know stays as it is."""
    match shape, value:
        case StructureShape(), dict():
            return {name: coerced(inner, shape.members.get(name)) for name, inner in value.items()}
        case MapShape(), dict():
            return {as_text(key): coerced(inner, shape.value) for key, inner in value.items()}
        case ListShape(), list():
            return [coerced(inner, shape.member) for inner in value]
        case None, _:
            return value
        case _:
            return _scalar(value, shape.type_name)


def _inner(shape: Shape, token: Token) -> Shape | None:
    match shape:
        case StructureShape():
            inner: Shape | None = shape.members.get(str(token))
            return inner
        case MapShape():
            return shape.value if isinstance(token, str) else None
        case ListShape() if isinstance(token, int) or _has_natural_key(shape.member):
            return shape.member
        case _:
            return None


def _has_natural_key(shape: Shape) -> bool:
    return isinstance(shape, StructureShape) and any(key in shape.members for key in NATURAL_KEYS)


def _nowhere(shape: Shape, path: Sequence[Token], position: int) -> str:
    whole, token = path_text(path), path[position]
    if isinstance(shape, StructureShape):
        near = did_you_mean(str(token), shape.members)
        return f"property '{whole}' does not exist: {shape.name} has no member '{token}'.{near}"
    if isinstance(shape, ListShape):
        return (
            f"property '{whole}' does not exist: the elements of {shape.name} have no names, only indexes such as [0]"
        )
    return f"property '{whole}' does not exist: '{path_text(path[:position])}' is a {shape.type_name}"


def _scalar(value: Any, type_name: str) -> Any:
    if type_name == "string":
        return value if value is None else as_text(value)
    if not isinstance(value, str):
        return int(value) if _is_whole(value) and type_name in ("integer", "long") else value
    try:
        return _from_text(value, type_name)
    except ValueError:
        return value  # the API's own validation says what is wrong with it


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _from_text(text: str, type_name: str) -> Any:
    match type_name:
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case _:
            return text
