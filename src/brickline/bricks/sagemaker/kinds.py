"""The kinds of resources: names, ARNs, error texts and list defaults, as SageMaker has them.

Which errors are `ResourceNotFound` and which `ValidationException` matters, and so do the words: SDKs compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickline.baseplate.kinds import Column, Kind, Listing, Resource

_BY_NAME_OR_CREATION: Mapping[str, Column] = {"Name": "lookup", "CreationTime": "created"}
_CREATED_AFTER_BEFORE = ("CreatedAfter", "CreatedBefore")


def _is(member: str) -> Any:
    """A list filter: the document's `member` equals the request's value."""
    return lambda resource, value: resource.document.get(member) == value


def _source_uri_is(resource: Resource, uri: str) -> bool:
    return bool(resource.document["Source"]["SourceUri"] == uri)


def _comes_from(component: Resource, arn: str) -> bool:
    return bool(component.document.get("Source", {}).get("SourceArn") == arn)


def _is_in_a_trial(component: Resource, names: list[str]) -> bool:
    return not set(names).isdisjoint(component.private.get("trials", ()))


def _is_package_of_type(package: Resource, wanted: str) -> bool:
    return wanted in ("Both", "Versioned" if package.parent else "Unversioned")


def _has_warm_pool(job: Resource, status: str) -> bool:
    return bool(job.document.get("WarmPoolStatus", {}).get("Status") == status)


def _is_in_plan(job: Resource, arn: str) -> bool:
    return bool(job.document.get("ResourceConfig", {}).get("TrainingPlanArn") == arn)


TRAINING_JOB = Kind(
    service="sagemaker",
    name="training-job",
    name_member="TrainingJobName",
    arn_member="TrainingJobArn",
    arn="training-job/{name}",
    missing=("ValidationException", "Requested resource not found: there is no training job {name!r}."),
    taken=(
        "ResourceInUse",
        "Training job names must be unique within an AWS account and region, and a training job with this name "
        "already exists ({arn})",
    ),
    status_member="TrainingJobStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing(
        "TrainingJobSummaries",
        default_order="Ascending",
        filters={"WarmPoolStatusEquals": _has_warm_pool, "TrainingPlanArnEquals": _is_in_plan},
    ),
)

PROCESSING_JOB = Kind(
    service="sagemaker",
    name="processing-job",
    name_member="ProcessingJobName",
    arn_member="ProcessingJobArn",
    arn="processing-job/{name}",
    missing=("ValidationException", "Could not find requested job with name: {name}"),
    taken=(
        "ResourceInUse",
        "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})",
    ),
    status_member="ProcessingJobStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing("ProcessingJobSummaries", default_order="Ascending"),
)

TRANSFORM_JOB = Kind(
    service="sagemaker",
    name="transform-job",
    name_member="TransformJobName",
    arn_member="TransformJobArn",
    arn="transform-job/{name}",
    missing=("ValidationException", "Could not find requested job with name: {name}"),
    taken=(
        "ResourceInUse",
        "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})",
    ),
    status_member="TransformJobStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing("TransformJobSummaries"),
)

MODEL = Kind(
    service="sagemaker",
    name="model",
    name_member="ModelName",
    arn_member="ModelArn",
    arn="model/{name}",
    missing=("ValidationException", 'Could not find model "{arn}".'),
    taken=("ValidationException", 'Cannot create already existing model "{arn}".'),
    ignores_case=True,
    listing=Listing("Models", sort=_BY_NAME_OR_CREATION),
)

ENDPOINT_CONFIG = Kind(
    service="sagemaker",
    name="endpoint-config",
    name_member="EndpointConfigName",
    arn_member="EndpointConfigArn",
    arn="endpoint-config/{name}",
    missing=("ValidationException", 'Could not find endpoint configuration "{arn}".'),
    taken=("ValidationException", 'Cannot create already existing endpoint configuration "{arn}".'),
    ignores_case=True,
    listing=Listing("EndpointConfigs", sort=_BY_NAME_OR_CREATION),
)

ENDPOINT = Kind(
    service="sagemaker",
    name="endpoint",
    name_member="EndpointName",
    arn_member="EndpointArn",
    arn="endpoint/{name}",
    missing=("ValidationException", 'Could not find endpoint "{arn}".'),
    taken=("ValidationException", 'Cannot create already existing endpoint "{arn}".'),
    status_member="EndpointStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    listing=Listing("Endpoints"),
)

MODEL_PACKAGE_GROUP = Kind(
    service="sagemaker",
    name="model-package-group",
    name_member="ModelPackageGroupName",
    arn_member="ModelPackageGroupArn",
    arn="model-package-group/{name}",
    missing=("ValidationException", "ModelPackageGroup {arn} does not exist."),
    taken=("ValidationException", "Model Package Group already exists: {arn}"),
    status_member="ModelPackageGroupStatus",
    ignores_case=True,
    listing=Listing("ModelPackageGroupSummaryList", sort=_BY_NAME_OR_CREATION, default_order="Ascending"),
)

MODEL_PACKAGE = Kind(
    service="sagemaker",
    name="model-package",
    name_member="ModelPackageName",
    arn_member="ModelPackageArn",
    # The name of a versioned package is `group/version`, and its parent the group.
    arn="model-package/{name}",
    missing=("ValidationException", "ModelPackage {arn} does not exist."),
    taken=("ValidationException", "ModelPackage already exists: {arn}"),
    status_member="ModelPackageStatus",
    modified_member="LastModifiedTime",
    ignores_case=True,
    # The API's text says ascending, but clients take element [0] as the latest version: newest first.
    listing=Listing(
        "ModelPackageSummaryList",
        sort=_BY_NAME_OR_CREATION,
        filters={"ModelApprovalStatus": _is("ModelApprovalStatus"), "ModelPackageType": _is_package_of_type},
    ),
)


def _tracked(name: str, label: str, *, name_member: str = "", sorts: Any = None, filters: Any = None) -> Kind:
    """An experiment or lineage entity: these are alike down to their error texts. `label` is as in `TrialName`."""
    words = {"TrialComponent": "Trial component"}.get(label, label)
    return Kind(
        service="sagemaker",
        name=name,
        name_member=name_member or f"{label}Name",
        arn_member=f"{label}Arn",
        arn=f"{name}/{{name}}",
        missing=("ResourceNotFound", f"{words} '{{name}}' does not exist."),
        taken=(
            "ValidationException",
            f"{words} names must be unique within an AWS account and region. "
            f"{words} with name ({{name}}) already exists.",
        ),
        modified_member="LastModifiedTime",
        ignores_case=True,
        listing=Listing(
            f"{label}Summaries",
            sort=sorts or _BY_NAME_OR_CREATION,
            created=_CREATED_AFTER_BEFORE,
            filters=filters or {},
        ),
    )


EXPERIMENT = _tracked("experiment", "Experiment")
# `TrialNames` is no member of the API: the operations translate the members that are into it.
TRIAL = _tracked(
    "experiment-trial",
    "Trial",
    filters={"ExperimentName": _is("ExperimentName"), "TrialNames": lambda trial, names: trial.name in names},
)
TRIAL_COMPONENT = _tracked(
    "experiment-trial-component",
    "TrialComponent",
    filters={"SourceArn": _comes_from, "TrialNames": _is_in_a_trial},
)

# An artifact's name is free and need not be unique: its identity is a hash of its source.
ARTIFACT = _tracked(
    "artifact",
    "Artifact",
    name_member="ArtifactId",
    sorts={"CreationTime": "created"},
    filters={"SourceUri": _source_uri_is, "ArtifactType": _is("ArtifactType")},
)
ACTION = _tracked("action", "Action", filters={"SourceUri": _source_uri_is, "ActionType": _is("ActionType")})
CONTEXT = _tracked("context", "Context", filters={"SourceUri": _source_uri_is, "ContextType": _is("ContextType")})

ASSOCIATION = Kind(
    service="sagemaker",
    name="association",
    name_member="AssociationId",
    arn_member="AssociationArn",
    arn="association/{name}",
    missing=("ResourceNotFound", "There is no association {name}."),
    taken=("ValidationException", "Association {name} already exists."),
)
