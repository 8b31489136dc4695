"""What CodePipeline tells EventBridge: pipelines, stages and actions that change their state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource

SOURCE = "aws.codepipeline"

_STATES = {"InProgress": "STARTED", "Cancelled": "CANCELED"}
"""The words of events, where they are not the API's in capitals."""


def state_of(status: str) -> str:
    return _STATES.get(status, status.upper())


def emit_pipeline_change(context: Context, execution: Resource, state: str) -> None:
    detail = _common(execution, execution.created) | {
        "execution-trigger": {
            "trigger-type": execution.document["trigger"]["triggerType"],
            "trigger-detail": execution.document["trigger"].get("triggerDetail", ""),
        },
        "state": state,
    }
    if state == "STOPPING":
        detail["stop-execution-comments"] = execution.document["stopTrigger"].get("reason", "")
    _emit(context, "Pipeline", execution, detail)


def emit_stage_change(context: Context, execution: Resource, stage: str, state: str) -> None:
    detail = _common(execution, execution.private["entered"][stage]) | {"stage": stage, "state": state}
    _emit(context, "Stage", execution, detail)


def emit_action_change(context: Context, execution: Resource, action: Resource) -> None:
    document = action.document
    detail = _common(execution, action.created) | {
        "stage": document["stageName"],
        "action": document["actionName"],
        "action-execution-id": action.name,
        "state": state_of(document["status"]),
        "region": document["input"]["region"],
        "type": {
            name: document["input"]["actionTypeId"][name] for name in ("owner", "provider", "category", "version")
        },
    }
    output = document.get("output") or {}
    detail |= {
        "input-artifacts": _artifacts(document["input"]["inputArtifacts"]),
        "output-artifacts": _artifacts(output.get("outputArtifacts") or ()),
    }
    if result := output.get("executionResult"):
        detail["execution-result"] = _result(result)
    _emit(context, "Action", execution, {name: value for name, value in detail.items() if value != []})


def _common(execution: Resource, start: float) -> Shape:
    return {
        "pipeline": execution.parent,
        "execution-id": execution.name,
        "start-time": moment(start),
        "version": float(execution.document["pipelineVersion"]),
        "pipeline-execution-attempt": float(execution.private["attempt"]),
    }


def moment(seconds: float) -> str:
    """`2026-01-02T03:04:05.678Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _artifacts(artifacts: Any) -> list[Shape]:
    return [{"name": one["name"], "s3location": dict(one["s3location"])} for one in artifacts]


def _result(result: Shape) -> Shape:
    members = {
        "external-execution-url": result.get("externalExecutionUrl"),
        "external-execution-summary": result.get("externalExecutionSummary"),
        "external-execution-id": result.get("externalExecutionId"),
        "error-code": (result.get("errorDetails") or {}).get("code"),
    }
    return {name: value for name, value in members.items() if value is not None}


def _emit(context: Context, what: str, execution: Resource, detail: Shape) -> None:
    arn = str(naming.Arn("codepipeline", execution.region, execution.account, execution.parent))
    context.emit(SOURCE, f"CodePipeline {what} Execution State Change", [arn], detail)
