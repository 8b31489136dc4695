"""What SageMaker tells EventBridge: state changes, in the transaction that makes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource

SOURCE = "aws.sagemaker"

_UPPER_CASE = ("S3DataType", "S3InputMode", "S3DataDistributionType", "S3CompressionType", "S3UploadMode")


def emit_state_change(context: Context, label: str, resource: Resource, **more: Any) -> None:
    """`SageMaker <label> State Change` with the resource's document, tags, and `more` as the detail."""
    detail = {**_milliseconds(resource.document), "Tags": resource.tags, **more}
    context.emit(SOURCE, f"SageMaker {label} State Change", [resource.arn], detail)


def emit_job_change(context: Context, label: str, job: Resource) -> None:
    """A training or processing job's change of status; processing jobs' events have enum values in upper case."""
    document = _upper_case(job.document) if label == "Processing Job" else job.document
    detail = {**_milliseconds(document), "Tags": job.tags}
    context.emit(SOURCE, f"SageMaker {label} State Change", [job.arn], detail)


def emit_package_change(context: Context, package: Resource, updated: list[str]) -> None:
    """A model package's change; times are ISO texts. `updated` names the members that are new (none at creation)."""
    detail: Shape = {
        member: clock.iso(value) if member.endswith("Time") else value for member, value in package.document.items()
    }
    if "ModelPackageVersion" in detail:
        del detail["ModelPackageName"]  # only unversioned packages have it in their events
    detail |= {"Tags": package.tags, **({"UpdatedModelPackageFields": updated} if updated else {})}
    context.emit(SOURCE, "SageMaker Model Package State Change", [package.arn], detail)


def _milliseconds(value: Any) -> Any:
    """A document as job events show it: times are epoch milliseconds."""
    if isinstance(value, Mapping):
        return {
            member: int(inner * 1000) if member.endswith("Time") and isinstance(inner, float) else _milliseconds(inner)
            for member, inner in value.items()
        }
    if isinstance(value, list):
        return [_milliseconds(inner) for inner in value]
    return value


def _upper_case(value: Any) -> Any:
    """`S3DataType: ManifestFile` as `MANIFEST_FILE`, and the like."""
    if isinstance(value, Mapping):
        return {
            member: upper_snake(inner) if member in _UPPER_CASE else _upper_case(inner)
            for member, inner in value.items()
        }
    if isinstance(value, list):
        return [_upper_case(inner) for inner in value]
    return value


def upper_snake(value: str) -> str:
    """`InService` as `IN_SERVICE`."""
    return "_".join(re.findall(r"S3|[A-Z][a-z]+", value)).upper()
