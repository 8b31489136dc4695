"""Which rules would fire if a model package were approved or rejected."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.console.visit import Visit

_DETAIL_TYPE = "SageMaker Model Package State Change"
_MOST_RULES = 500


def rules_that_fire(visit: Visit, package: Shape, status: str) -> list[Shape]:
    """The enabled rules of the default bus whose pattern matches the event of that decision, with their targets."""
    event = json.dumps(_event(visit, package, status))
    return [
        {**rule, "targets": _targets(visit, rule["Name"])} for rule in _rules(visit) if _matches(visit, rule, event)
    ]


def _event(visit: Visit, package: Shape, status: str) -> Shape:
    """The event that SageMaker would emit: times are ISO texts, and what is new is named."""
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
        "version": "0",
        "id": naming.unique_id(),
        "detail-type": _DETAIL_TYPE,
        "source": "aws.sagemaker",
        "account": visit.context.account,
        "time": clock.iso(clock.now()),
        "region": visit.context.region,
        "resources": [package["ModelPackageArn"]],
        "detail": detail,
    }


def _rules(visit: Visit) -> list[Shape]:
    found: list[Shape] = []
    token: str | None = ""
    while token is not None and len(found) < _MOST_RULES:
        answer = visit.call_if_there("events", "ListRules", NextToken=token)
        if answer is None:
            break
        found += answer["Rules"]
        token = answer.get("NextToken")
    return found


def _matches(visit: Visit, rule: Shape, event: str) -> bool:
    pattern = rule.get("EventPattern")
    if not pattern or rule["State"] == "DISABLED":
        return False
    try:
        return bool(visit.call("events", "TestEventPattern", EventPattern=pattern, Event=event)["Result"])
    except Refused:
        return False


def _targets(visit: Visit, rule: str) -> list[str]:
    answer = visit.call_if_there("events", "ListTargetsByRule", Rule=rule)
    return [target["Arn"] for target in answer["Targets"]] if answer else []
