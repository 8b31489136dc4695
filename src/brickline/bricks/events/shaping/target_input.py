"""The input of one target for one event, as the rule has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.store import dumps
from brickline.bricks.events.shaping.paths import MISSING, BadPath, value_at
from brickline.bricks.events.shaping.template import Template

_OWN = ("Id", "Arn", "Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig")


class NotShaped(Exception):
    """What the template made of this event is no JSON."""


@dataclass(frozen=True)
class RuleNames:
    """What templates may say of their rule."""

    arn: str
    name: str
    ingestion_time: str


def shaped_input(target: Shape, event: Shape, rule: RuleNames) -> str:
    """JSON text for the target. Raises NotShaped."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        value = value_at(event, target["InputPath"])
        return dumps(None if value is MISSING else value)
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule)
    return dumps(event)


def shaped_parameters(target: Shape, event: Shape) -> Shape:
    """The target's further members; values of pipeline parameters that are paths become what stands there."""
    parameters = {member: value for member, value in target.items() if member not in _OWN}
    pipeline = parameters.get("SageMakerPipelineParameters", {})
    if given := pipeline.get("PipelineParameterList"):
        filled = [{**parameter, "Value": _parameter(parameter["Value"], event)} for parameter in given]
        parameters["SageMakerPipelineParameters"] = {**pipeline, "PipelineParameterList": filled}
    return parameters


def _transformed(transformer: Shape, event: Shape, rule: RuleNames) -> str:
    template = Template(transformer["InputTemplate"], transformer.get("InputPathsMap") or {})
    text = template.fill(event, _reserved(event, rule))
    try:
        json.loads(text)
    except ValueError as error:
        raise NotShaped(
            f"InputTransformer: what the template made of the event is not JSON ({error}): {text}"
        ) from None
    return text


def _reserved(event: Shape, rule: RuleNames) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event.ingestion-time": rule.ingestion_time,
        "aws.events.event": {member: value for member, value in event.items() if member != "detail"},
        "aws.events.event.json": event,
    }


def _parameter(value: str, event: Shape) -> str:
    if not value.startswith("$."):
        return value
    try:
        found = value_at(event, value)
    except BadPath:
        return value  # text that only begins like a path
    if found is MISSING:
        return ""
    return found if isinstance(found, str) else dumps(found)
