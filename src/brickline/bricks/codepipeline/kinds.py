"""The kinds of CodePipeline's resources."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Kind, Listing, Resource

PIPELINE = Kind(
    service="codepipeline",
    name="pipeline",
    name_member="name",
    arn_member="pipelineArn",
    arn="{name}",
    missing=("PipelineNotFoundException", "The account does not have a pipeline with the name '{name}'"),
    taken=("PipelineNameInUseException", "A pipeline with the name '{name}' already exists in account"),
    created_member="created",
    modified_member="updated",
    listing=Listing(
        result="pipelines",
        sort={"": "lookup"},
        default_sort="",
        default_order="Ascending",
        page=1000,
        max_page=1000,
        size="maxResults",
        token="nextToken",  # noqa: S106
    ),
)

VERSION = Kind(
    service="codepipeline",
    name="version",
    name_member="number",
    arn_member="arn",
    arn="{parent}/version/{name}",
    missing=("PipelineVersionNotFoundException", "Pipeline '{parent}' does not have a version '{name}'"),
    taken=("ConcurrentModificationException", "Pipeline '{parent}' has a version '{name}' already"),
)
"""A declaration, by its number; executions keep to the one that they started with."""


def _succeeded_in(execution: Resource, wanted: Shape) -> bool:
    stage = (wanted.get("succeededInStage") or {}).get("stageName")
    return stage is None or execution.private["stages"].get(stage) == "Succeeded"


EXECUTION = Kind(
    service="codepipeline",
    name="execution",
    name_member="pipelineExecutionId",
    arn_member="arn",
    arn="{parent}/execution/{name}",
    missing=(
        "PipelineExecutionNotFoundException",
        "The pipeline execution with ID '{name}' does not exist in pipeline '{parent}'",
    ),
    taken=("ConflictException", "The pipeline execution with ID '{name}' exists already"),
    status_member="status",
    created_member="startTime",
    modified_member="lastUpdateTime",
    listing=Listing(
        result="pipelineExecutionSummaries",
        sort={"": "created"},
        default_sort="",
        page=100,
        size="maxResults",
        token="nextToken",  # noqa: S106
        filters={"filter": _succeeded_in},
    ),
)
"""Belongs to its pipeline by name. AWS has no ARN for executions; ours is the cause of what they do."""


def _is_of_execution(action: Resource, wanted: Shape) -> bool:
    latest = wanted.get("latestInPipelineExecution") or {}
    execution = latest.get("pipelineExecutionId") or wanted.get("pipelineExecutionId")
    is_wanted = action.private["is_latest"] or latest.get("startTimeRange") != "Latest"
    return is_wanted and execution in (None, action.document["pipelineExecutionId"])


ACTION = Kind(
    service="codepipeline",
    name="action-execution",
    name_member="actionExecutionId",
    arn_member="arn",
    arn="{parent}/action-execution/{name}",
    missing=("ActionExecutionNotFoundException", "The action execution with ID '{name}' does not exist"),
    taken=("ConflictException", "The action execution with ID '{name}' exists already"),
    status_member="status",
    created_member="startTime",
    modified_member="lastUpdateTime",
    listing=Listing(
        result="actionExecutionDetails",
        sort={"": "created"},
        default_sort="",
        page=100,
        size="maxResults",
        token="nextToken",  # noqa: S106
        filters={"filter": _is_of_execution},
    ),
)
"""One attempt of an action: owned by its execution, which its end wakes; it owns the build that it starts."""

WATCH = Kind(
    service="codepipeline",
    name="watch",
    name_member="pipeline",
    arn_member="arn",
    arn="{name}/watch/{parent}",
    missing=("InternalFailure", "{name} does not watch {parent}"),
    taken=("InternalFailure", "{name} watches {parent} already"),
)
"""A pipeline that is started by changes of a source; the parent is the source, so that an event finds it quickly."""


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


def stage_missing(pipeline: str, stage: str) -> Refused:
    return Refused("StageNotFoundException", f"Pipeline '{pipeline}' does not have a stage named '{stage}'")
