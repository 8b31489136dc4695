"""Which rules would fire if a model package were approved or rejected."""

from __future__ import annotations

from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.console import matching
from brickline.console.visit import Visit

_DETAIL_TYPE = "SageMaker Model Package State Change"


def rules_that_fire(visit: Visit, package: Shape, status: str) -> list[Shape]:
    """The enabled rules of the default bus whose pattern matches the event of that decision, with their targets."""
    event = matching.event(visit, _state_change(visit, package, status))
    return [rule for rule in matching.rules_for(visit, event) if rule["State"] != "DISABLED"]


def _state_change(visit: Visit, package: Shape, status: str) -> Shape:
    """What SageMaker would emit: times are ISO texts, and what is new is named."""
    detail: dict[str, Any] = {
        member: clock.iso(value) if member.endswith("Time") else value for member, value in package.items()
    }
    detail.pop("ModelPackageName", None)
    tags = visit.call("sagemaker", "ListTags", ResourceArn=package["ModelPackageArn"])["Tags"]
    detail |= {
        "ModelApprovalStatus": status,
        "UpdatedModelPackageFields": ["ModelApprovalStatus"],
        "Tags": {tag["Key"]: tag["Value"] for tag in tags},
    }
    return {
        "detail-type": _DETAIL_TYPE,
        "source": "aws.sagemaker",
        "resources": [package["ModelPackageArn"]],
        "detail": detail,
    }
