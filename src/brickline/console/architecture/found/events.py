"""Rules, what they start, and whose events they wait for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import Architecture, Ask, Block, Joint, pages

MOST = 40

_ENVELOPE = {"version": "0", "id": "0", "account": "0", "time": "2026-01-01T00:00:00Z", "region": "us-east-1"}
_TELLS_OF: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "bucket": ("aws.s3", (("bucket", "name"), ("requestParameters", "bucketName"))),
    "repository": ("aws.codecommit", (("repositoryName",), ("repositoryNames",))),
    "codepipeline": ("aws.codepipeline", (("pipeline",),)),
    "project": ("aws.codebuild", (("project-name",),)),
    "pipeline": ("aws.sagemaker", (("pipelineArn",),)),
    "group": ("aws.sagemaker", (("ModelPackageGroupName",),)),
    "endpoint": ("aws.sagemaker", (("EndpointName",),)),
}
"""The source of a kind's events, and where in their details they name what they are of."""
_KIND_OF_TYPE = {"Model Package": "group", "Endpoint": "endpoint", "Pipeline": "pipeline"}
"""Words in the detail types of SageMaker's events."""


def find(ask: Ask) -> Architecture:
    rules = list(_rules(ask))
    blocks = [
        Block(
            "rule",
            rule["Arn"],
            rule["Name"],
            "" if rule["State"] == "ENABLED" else rule["State"],
            rule.get("ScheduleExpression") or _summary(rule.get("EventPattern", "")),
            float(len(rules) - place),
        )
        for place, rule in enumerate(rules)
    ]
    joints = [Joint(rule["Arn"], target["Arn"]) for rule in rules for target in _targets(ask, rule)]
    return Architecture(blocks, joints)


def sources_of_rules(ask: Ask, blocks: Sequence[Block]) -> Architecture:
    """A joint from each brick to each rule that its events can match."""
    joints = [
        Joint(block.arn, rule["Arn"])
        for rule in _rules(ask)
        if rule.get("EventPattern")
        for block in blocks
        if block.kind in _TELLS_OF and _can_match(ask, json.loads(rule["EventPattern"]), block)
    ]
    return Architecture(joints=joints)


def _rules(ask: Ask) -> Iterator[Shape]:
    for bus in pages(ask, "events", "ListEventBuses", "EventBuses", MOST):
        for rule in pages(ask, "events", "ListRules", "Rules", MOST, EventBusName=bus["Name"]):
            if not rule.get("ManagedBy"):
                yield rule


def _targets(ask: Ask, rule: Shape) -> list[Shape]:
    answer = ask("events", "ListTargetsByRule", Rule=rule["Name"], EventBusName=rule["EventBusName"])
    found: list[Shape] = (answer or {}).get("Targets", [])
    return found


def _summary(pattern: str) -> str:
    """The kind of events that a pattern waits for, where it says so plainly."""
    types = json.loads(pattern).get("detail-type", []) if pattern else []
    return types[0] if len(types) == 1 and isinstance(types[0], str) else ""


def _can_match(ask: Ask, pattern: Shape, block: Block) -> bool:
    """Whether the pattern's source, resources, and what its detail says of a name fit the brick."""
    source, places = _TELLS_OF[block.kind]
    if "source" not in pattern and "resources" not in pattern:
        return False
    types = [kind for kind in pattern.get("detail-type", ()) if isinstance(kind, str)]
    if source == "aws.sagemaker" and types and block.kind not in {_kind_of(kind) for kind in types}:
        return False
    wanted: Shape = {name: pattern[name] for name in ("source", "resources") if name in pattern}
    detail: Shape = {}
    for place in places:
        if (filters := _at(pattern.get("detail", {}), place)) is not None:
            _put(wanted.setdefault("detail", {}), place, filters)
            _put(detail, place, block.arn if place[-1].endswith("Arn") else block.name)
    event = {**_ENVELOPE, "source": source, "detail-type": "", "resources": [block.arn], "detail": detail}
    answer = ask("events", "TestEventPattern", EventPattern=json.dumps(wanted), Event=json.dumps(event))
    return bool(answer and answer["Result"])


def _kind_of(detail_type: str) -> str:
    return next((kind for words, kind in _KIND_OF_TYPE.items() if words in detail_type), "")


def _at(detail: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        detail = detail.get(name) if isinstance(detail, dict) else None
    return detail


def _put(detail: Shape, place: tuple[str, ...], value: Any) -> None:
    for name in place[:-1]:
        detail = detail.setdefault(name, {})
    detail[place[-1]] = value
