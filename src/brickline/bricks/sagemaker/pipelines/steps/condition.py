"""Condition steps: they choose the branch that runs."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.bricks.sagemaker.pipelines.conditions import Incomparable, all_hold
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.paths import Token, path_text
from brickline.bricks.sagemaker.pipelines.shapes import UnknownProperty
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome, StepType, Work


def _start(work: Work) -> Outcome:
    try:
        outcome = str(all_hold(work.arguments["Conditions"]))
    except Incomparable as error:
        return Outcome("Failed", reason=f"ClientError: {error}")
    return Outcome("Succeeded", {"Condition": {"Outcome": outcome}}, {"Outcome": outcome})


def _property_type(_step: Step, path: Sequence[Token]) -> str | None:
    if list(path) != ["Outcome"]:
        raise UnknownProperty(f"property '{path_text(path)}' does not exist: a Condition step has Outcome only")
    return "String"


CONDITION = StepType("Condition", _start, _property_type)
