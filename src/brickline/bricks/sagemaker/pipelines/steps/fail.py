"""Fail steps: they end the execution as Failed, with a message."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.expressions import as_text
from brickline.bricks.sagemaker.pipelines.paths import Token, path_text
from brickline.bricks.sagemaker.pipelines.shapes import UnknownProperty
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome, StepType, Work


def _start(work: Work) -> Outcome:
    message = as_text(work.arguments["ErrorMessage"])
    return Outcome("Failed", {"Fail": {"ErrorMessage": message}}, reason=message)


def _check(step: Step) -> str | None:
    return None if step.arguments.get("ErrorMessage") is not None else "Arguments.ErrorMessage is needed"


def _property_type(_step: Step, path: Sequence[Token]) -> str | None:
    raise UnknownProperty(f"property '{path_text(path)}' does not exist: a Fail step has no properties")


FAIL = StepType("Fail", _start, _property_type, check=_check)
