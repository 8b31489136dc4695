"""SageMaker pipelines and Lambda functions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import Architecture, Ask, Block, Joint, join, pages

MOST = 12
_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]+)/")


def find(ask: Ask) -> Architecture:
    return join([_pipelines(ask), _functions(ask)])


def _pipelines(ask: Ask) -> Architecture:
    found = list(pages(ask, "sagemaker", "ListPipelines", "PipelineSummaries", MOST + 1, SortBy="CreationTime"))
    parts = [_pipeline(ask, one) for one in found[:MOST]]
    return join([*parts, Architecture(cut=frozenset({"pipeline"} if len(found) > MOST else ()))])


def _pipeline(ask: Ask, summary: Shape) -> Architecture:
    name, arn = summary["PipelineName"], summary["PipelineArn"]
    described = ask("sagemaker", "DescribePipeline", PipelineName=name)
    if described is None:
        return Architecture()
    definition = json.loads(described["PipelineDefinition"])
    steps = list(_steps(definition.get("Steps", ())))
    last = last_execution(ask, name) or {}
    state = last.get("PipelineExecutionStatus", "")
    block = Block("pipeline", arn, name, state, f"{len(steps)} steps", summary["CreationTime"])
    defaults = {one["Name"]: one.get("DefaultValue") for one in definition.get("Parameters", ())}
    reads = [Joint(f"arn:aws:s3:::{bucket}", arn) for bucket in _buckets(defaults.values())]
    return Architecture([block], [*reads, *(joint for step in steps for joint in _joint(arn, step, defaults))])


def last_execution(ask: Ask, name: str) -> Shape | None:
    answer = ask("sagemaker", "ListPipelineExecutions", PipelineName=name, MaxResults=1)
    return next(iter((answer or {}).get("PipelineExecutionSummaries", ())), None)


def _steps(steps: Any) -> Iterator[Shape]:
    """All steps, those in the branches of conditions too."""
    for step in steps:
        yield step
        arguments = step.get("Arguments", {})
        if step["Type"] == "Condition":
            yield from _steps([*arguments.get("IfSteps", ()), *arguments.get("ElseSteps", ())])


def _buckets(values: Any) -> set[str]:
    """The buckets that parameters name as their defaults."""
    return {match[1] for value in values if isinstance(value, str) and (match := _BUCKET.match(f"{value}/"))}


def _joint(pipeline: str, step: Shape, defaults: Shape) -> list[Joint]:
    _, _, _, region, account, _ = pipeline.split(":", 5)
    if step["Type"] == "RegisterModel":
        group = _value(step["Arguments"].get("ModelPackageGroupName"), defaults)
        group_arn = f"arn:aws:sagemaker:{region}:{account}:model-package-group/{group.rpartition('/')[2]}"
        return [Joint(pipeline, group_arn)] if group else []
    if step["Type"] == "Lambda":
        return [Joint(pipeline, _value(step.get("FunctionArn"), defaults))]
    return []


def _value(given: Any, defaults: Shape) -> str:
    """A text, or the default of the parameter that is named in its place; "" where neither is."""
    if isinstance(given, dict):
        given = defaults.get(str(given.get("Get", "")).removeprefix("Parameters."))
    return given if isinstance(given, str) else ""


def _functions(ask: Ask) -> Architecture:
    found = list(pages(ask, "lambda", "ListFunctions", "Functions", 10 * MOST))
    newest = sorted(found, key=lambda one: str(one["LastModified"]), reverse=True)
    blocks = [
        Block("function", one["FunctionArn"], one["FunctionName"], more=one.get("Runtime", ""), order=float(-place))
        for place, one in enumerate(newest[:MOST])
    ]
    return Architecture(blocks, cut=frozenset({"function"} if len(found) > MOST else ()))
