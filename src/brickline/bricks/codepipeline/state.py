"""GetPipelineState: every stage with what runs in it, waits for it and was last in it."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.declaration import Action, Stage
from brickline.bricks.codepipeline.records import Records
from brickline.bricks.codepipeline.transitions import transition


class State:
    """One operation."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def get_pipeline_state(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["name"])
        declaration = self._records.latest(context, pipeline)
        waiting = [one for one in self._records.unfinished(context, pipeline.name) if not one.private["inside"]]
        return {
            "pipelineName": pipeline.name,
            "pipelineVersion": pipeline.document["version"],
            "stageStates": [self._stage(context, pipeline, stage, waiting) for stage in declaration.stages],
            "created": pipeline.document["created"],
            "updated": pipeline.document["updated"],
        }

    def _stage(self, context: Context, pipeline: Resource, stage: Stage, waiting: list[Resource]) -> Shape:
        state: Shape = {"stageName": stage.name, "inboundTransitionState": transition(pipeline, stage.name)}
        inbound = [_inbound(one) for one in waiting if one.private["stage"] == stage.name]
        if inbound:
            state |= {"inboundExecution": inbound[-1], "inboundExecutions": inbound}
        latest = self._latest(context, pipeline, stage)
        attempts = self._records.attempts(context, latest, stage.name) if latest else {}
        state["actionStates"] = [_action_state(action, attempts.get(action.name)) for action in stage.actions]
        if latest:
            status = latest.private["stages"][stage.name]
            state["latestExecution"] = {"pipelineExecutionId": latest.name, "status": status, "type": "STANDARD"}
        return state

    def _latest(self, context: Context, pipeline: Resource, stage: Stage) -> Resource | None:
        name = pipeline.private["latest"].get(stage.name)
        return self._records.executions.find(context, name, pipeline.name) if name else None


def _inbound(execution: Resource) -> Shape:
    return {"pipelineExecutionId": execution.name, "status": "InProgress", "type": "STANDARD"}


def _action_state(action: Action, attempt: Resource | None) -> Shape:
    state: Shape = {"actionName": action.name, **_links(action, attempt)}
    if attempt is None:
        return state
    result = (attempt.document.get("output") or {}).get("executionResult") or {}
    if action.category == "Source" and attempt.status == "Succeeded":
        state["currentRevision"] = {
            "revisionId": result.get("externalExecutionId", ""),
            "revisionChangeId": result.get("externalExecutionId", ""),
            "created": attempt.modified,
        }
    state["latestExecution"] = _execution(attempt, result)
    return state


def _execution(attempt: Resource, result: Shape) -> Shape:
    shown = {
        "actionExecutionId": attempt.name,
        "status": attempt.status,
        "summary": result.get("externalExecutionSummary"),
        "lastStatusChange": attempt.modified,
        "token": attempt.private["token"] if attempt.status == "InProgress" else None,
        "lastUpdatedBy": attempt.document.get("updatedBy"),
        "externalExecutionId": result.get("externalExecutionId"),
        "externalExecutionUrl": result.get("externalExecutionUrl"),
        "percentComplete": attempt.private["kept"].get("percent"),
        "errorDetails": result.get("errorDetails"),
        "logStreamARN": result.get("logStreamARN"),
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def _links(action: Action, attempt: Resource | None) -> Shape:
    """Where a person finds what the action is about."""
    configuration = (attempt and attempt.private["resolved"].get("configuration")) or action.configuration
    console = "https://console.aws.amazon.com"
    links = {
        "CodeCommit": f"{console}/codecommit/home#/repository/{configuration.get('RepositoryName')}/browse/"
        f"{configuration.get('BranchName')}/--/",
        "S3": f"{console}/s3/home?#",
        "CodeBuild": f"{console}/codebuild/home?#/projects/{configuration.get('ProjectName')}/view",
        "Lambda": f"{console}/lambda/home?#/functions/{configuration.get('FunctionName')}",
        "Manual": configuration.get("ExternalEntityLink", ""),
    }
    link = links.get(action.provider)
    return {"entityUrl": link} if link else {}
