"""The kinds of resources of pipelines: names, ARNs, error texts and list defaults."""

from __future__ import annotations

from brickline.baseplate.kinds import Kind, Listing, Resource

_CREATED = ("CreatedAfter", "CreatedBefore")


def _is_of_version(execution: Resource, version: int) -> bool:
    return bool(execution.document.get("PipelineVersionId") == version)


PIPELINE = Kind(
    service="sagemaker",
    name="pipeline",
    name_member="PipelineName",
    arn_member="PipelineArn",
    arn="pipeline/{name}",
    missing=("ResourceNotFound", "Pipeline '{arn}' does not exist."),
    taken=(
        "ValidationException",
        "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists.",
    ),
    status_member="PipelineStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing(
        "PipelineSummaries",
        sort={"Name": "lookup", "CreationTime": "created"},
        created=_CREATED,
        prefix="PipelineNamePrefix",
    ),
)

VERSION = Kind(
    service="sagemaker",
    name="pipeline-version",
    # The API knows a version by its number and has no ARN for it; `PipelineVersionId` in the document is the number.
    name_member="PipelineVersionName",
    arn_member="PipelineVersionArn",
    arn="pipeline/{parent}/version/{name}",
    missing=("ResourceNotFound", "Pipeline version '{arn}' does not exist."),
    taken=("ConflictException", "Pipeline version '{arn}' already exists."),
    listing=Listing("PipelineVersionSummaries", sort={"CreationTime": "created"}, created=_CREATED),
)

EXECUTION = Kind(
    service="sagemaker",
    name="pipeline-execution",
    name_member="PipelineExecutionId",
    arn_member="PipelineExecutionArn",
    arn="pipeline/{parent}/execution/{name}",
    missing=("ResourceNotFound", "Pipeline execution '{arn}' does not exist."),
    taken=("ConflictException", "Pipeline execution '{arn}' already exists."),
    status_member="PipelineExecutionStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing(
        "PipelineExecutionSummaries",
        sort={"CreationTime": "created", "PipelineExecutionArn": "lookup"},
        created=_CREATED,
        # `PipelineVersionId` is no member of the request: the operation translates the alias that is into it.
        filters={"PipelineVersionId": _is_of_version},
    ),
)

STEP = Kind(
    service="sagemaker",
    name="pipeline-execution-step",
    name_member="StepName",
    arn_member="StepArn",
    # The parent is the execution's ARN. The API has no ARN for steps; that of a callback is made of its token.
    arn="pipeline-execution-step/{name}",
    missing=("ResourceNotFound", "Step '{name}' has not started."),
    taken=("ConflictException", "Step '{name}' has started already."),
    status_member="StepStatus",
    created_member="StartTime",
    # One page holds them all for most pipelines: the SDKs read no further. Newest first, as AWS lists them.
    listing=Listing("PipelineExecutionSteps", sort={"CreationTime": "created"}, page=100),
)
