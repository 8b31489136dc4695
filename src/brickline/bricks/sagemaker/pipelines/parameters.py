"""Parameters of a pipeline: declared with a type, given as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from brickline.bricks.sagemaker.pipelines.expressions import as_text

Value = str | int | float | bool

_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}
TYPES = tuple(_PYTHON_TYPES)


class BadParameter(ValueError):
    """A declaration or value that does not do, and why."""


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. `default` is None where a value has to be given."""

    name: str
    type: str
    default: Value | None = None
    choices: tuple[str, ...] = ()


def parse_parameter(declared: Mapping[str, Any]) -> Parameter:
    """Raises BadParameter."""
    name, kind, default = declared.get("Name"), declared.get("Type"), declared.get("DefaultValue")
    if not isinstance(name, str) or not name:
        raise BadParameter("Name: a text is needed")
    if not isinstance(kind, str) or kind not in _PYTHON_TYPES:
        raise BadParameter(f"Type: {json.dumps(kind)} is none of {', '.join(TYPES)}")
    choices = declared.get("EnumValues") or []
    if not isinstance(choices, list):
        raise BadParameter(f"EnumValues: a list is needed, not {json.dumps(choices)}")
    parameter = Parameter(name, kind, default, tuple(choices))
    if default is not None and not _has_type(default, kind):
        raise BadParameter(f"DefaultValue: {json.dumps(default)} is not of type {kind}")
    if default is not None:
        _check_choice(parameter, default)
    return parameter


def parameter_value(parameter: Parameter, text: str) -> Value:
    """The typed value of what StartPipelineExecution was given. Raises BadParameter."""
    try:
        value = _from_text(parameter.type, text)
    except ValueError:
        raise BadParameter(
            f"Parameter '{parameter.name}' is of type {parameter.type}; {text!r} cannot be read as one"
        ) from None
    _check_choice(parameter, value)
    return value


def effective_parameters(declared: Mapping[str, Parameter], given: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """Every declared parameter's value in an execution: as given, else its default. Raises BadParameter."""
    texts: dict[str, str] = {}
    for name, text in given:
        if name not in declared:
            raise BadParameter(f"Unknown parameter '{name}'.{did_you_mean(name, declared)}")
        if name in texts:
            raise BadParameter(f"Parameter '{name}' is given twice.")
        texts[name] = text
    return {parameter.name: _effective(parameter, texts) for parameter in declared.values()}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'Train'?`, or nothing where no known name is near."""
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _effective(parameter: Parameter, texts: Mapping[str, str]) -> Value:
    if parameter.name in texts:
        return parameter_value(parameter, texts[parameter.name])
    if parameter.default is None:
        raise BadParameter(f"Parameter '{parameter.name}' is undefined: it has no default, so a value is needed.")
    return parameter.default


def _has_type(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "Boolean" or not isinstance(value, bool))


def _from_text(kind: str, text: str) -> Value:
    match kind:
        case "Integer":
            return int(text)
        case "Float":
            return float(text)
        case "Boolean":
            return _truth(text)
        case _:
            return text


def _check_choice(parameter: Parameter, value: Value) -> None:
    if parameter.choices and value not in parameter.choices:
        choices = ", ".join(map(as_text, parameter.choices))
        raise BadParameter(f"Parameter '{parameter.name}': {value!r} is none of its EnumValues ({choices})")


def _truth(text: str) -> bool:
    """Clients send Python's `True` as well as `true`."""
    match text.strip().lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise ValueError(text)
