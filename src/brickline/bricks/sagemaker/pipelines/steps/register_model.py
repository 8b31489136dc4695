"""RegisterModel steps: a new version in a model package group, which is made where it is not there yet."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.names import name_of
from brickline.bricks.sagemaker.pipelines.steps.calls import call_request, describe, described_by
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome, StepType, Work

_NOUN = "ModelPackage"


def _start(work: Work) -> Outcome:
    request = _package_request(work)
    if group := request.get("ModelPackageGroupName"):
        _ensure_group(work, name_of(group))
    arn = work.context.call("sagemaker", "CreateModelPackage", **request)["ModelPackageArn"]
    return Outcome("Succeeded", {"RegisterModel": {"Arn": arn}}, describe(work, _NOUN, arn))


def _package_request(work: Work) -> Shape:
    """An unversioned package gets a name and tags; of a version, the group has them."""
    origin = {"GeneratedBy": work.execution_arn, **(work.arguments.get("MetadataProperties") or {})}
    request = {**work.arguments, "MetadataProperties": origin}
    return request if request.get("ModelPackageGroupName") else {**request, **call_request(work, _NOUN)}


def _ensure_group(work: Work, name: str) -> None:
    try:
        work.context.call("sagemaker", "DescribeModelPackageGroup", ModelPackageGroupName=name)
    except Refused:
        work.context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName=name)


REGISTER_MODEL = StepType("RegisterModel", _start, described_by(_NOUN), operation="CreateModelPackage")
