"""OutputParameters of Lambda and Callback steps: declared with a type, shown as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.parameters import did_you_mean
from brickline.bricks.sagemaker.pipelines.paths import Token, path_text
from brickline.bricks.sagemaker.pipelines.shapes import UnknownProperty

_TYPES = {"String": "String", "Integer": "Number", "Float": "Number", "Boolean": "Boolean"}


class BadOutput(ValueError):
    """A step did not give what it declares, and what."""


def declared_outputs(step: Step) -> dict[str, str]:
    """The type of every output parameter, by name."""
    declared = step.body.get("OutputParameters") or ()
    return {output["OutputName"]: output.get("OutputType", "String") for output in declared}


def check_outputs(step: Step) -> str | None:
    declared = step.body.get("OutputParameters") or []
    if not isinstance(declared, list):
        return "OutputParameters: a list is needed"
    for index, output in enumerate(declared):
        if not isinstance(output, dict) or not isinstance(output.get("OutputName"), str):
            return f"OutputParameters[{index}]: OutputName is needed"
        if output.get("OutputType", "String") not in tuple(_TYPES):
            return f"OutputParameters[{index}]: OutputType is none of {', '.join(_TYPES)}"
    return None


def output_type(step: Step, path: Sequence[Token]) -> str | None:
    """The type of `OutputParameters['name']`. Raises UnknownProperty."""
    outputs = declared_outputs(step)
    if len(path) != 2 or path[0] != "OutputParameters":
        raise UnknownProperty(
            f"property '{path_text(path)}' does not exist: a {step.type} step has OutputParameters['<name>'] only"
        )
    if path[1] not in outputs:
        near = did_you_mean(str(path[1]), outputs)
        raise UnknownProperty(f"step '{step.name}' declares no output parameter '{path[1]}'.{near}")
    return _TYPES[outputs[str(path[1])]]


def output_values(step: Step, given: Mapping[str, Any]) -> Shape:
    """The declared outputs in their types, by name. Raises BadOutput where one is not given or is of another type."""
    values: Shape = {}
    for name, kind in declared_outputs(step).items():
        if name not in given:
            got = ", ".join(map(repr, given)) or "nothing"
            raise BadOutput(f"Output parameter '{name}' was not returned; the step got {got}.")
        values[name] = _typed(name, kind, given[name])
    return values


def shown_outputs(given: Mapping[str, Any], step: Step) -> list[Shape]:
    """As Metadata shows them: texts. AWS shows a JSON number as a float (`200.0`), whatever it is declared as."""
    return [{"Name": name, "Value": _shown(given[name])} for name in declared_outputs(step) if name in given]


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        return _CONVERSIONS[kind](value)
    except (ValueError, TypeError, KeyError):
        raise BadOutput(f"Output parameter '{name}' is of type {kind}; {json.dumps(value)} is not.") from None


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value.lower()]


def _integer(value: Any) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "String": _shown,
    "Integer": _integer,
    "Float": float,
    "Boolean": _boolean,
}
