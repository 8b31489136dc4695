"""What pipelines tell EventBridge: every status of an execution and of its steps, in camelCase."""

from __future__ import annotations

from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.events import SOURCE

_PREFIX = "SageMaker Model Building Pipeline Execution"


def emit_execution_change(context: Context, execution: Resource, previous: str | None) -> None:
    document = execution.document
    detail = {
        "pipelineExecutionDisplayName": document.get("PipelineExecutionDisplayName"),
        "pipelineExecutionDescription": document.get("PipelineExecutionDescription"),
        "previousPipelineExecutionStatus": previous,
        "currentPipelineExecutionStatus": document["PipelineExecutionStatus"],
        "executionStartTime": clock.iso(execution.created),
        "executionEndTime": _iso(execution.private.get("end_time")),
        "failureReason": document.get("FailureReason"),
    }
    _emit(context, "Status Change", execution, detail)


def emit_step_change(context: Context, execution: Resource, step: Resource, previous: str | None) -> None:
    document = step.document
    detail = {
        "stepName": step.name,
        "stepType": step.private["type"],
        "metadata": _camel_case(document.get("Metadata")),
        "stepStartTime": clock.iso(step.created),
        "stepEndTime": _iso(document.get("EndTime")),
        "previousStepStatus": previous,
        "currentStepStatus": document["StepStatus"],
        "failureReason": document.get("FailureReason"),
        "cacheHitResult": _camel_case(document.get("CacheHitResult")),
    }
    _emit(context, "Step Status Change", execution, detail)


def _emit(context: Context, change: str, execution: Resource, detail: Shape) -> None:
    pipeline = execution.document["PipelineArn"]
    known = {member: value for member, value in detail.items() if value is not None}
    arns = {"pipelineArn": pipeline, "pipelineExecutionArn": execution.arn}
    context.emit(SOURCE, f"{_PREFIX} {change}", [pipeline, execution.arn], {**known, **arns})


def _iso(time: float | None) -> str | None:
    return None if time is None else clock.iso(time)


def _camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _camel_case(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_camel_case(inner) for inner in value]
    return value
