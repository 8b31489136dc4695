"""Executions of pipelines as several pages show them: their names, parameters, steps and what they ran for."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.naming import Arn
from brickline.baseplate.why import cause
from brickline.console import START
from brickline.console.visit import Visit

RUNNING = ("Executing", "Stopping")
_MOST_STEPS = 100
_MADE_UP = re.compile(r"execution-\d+")
"""The display name of an execution that was started without one."""


def names_of(arn: str) -> tuple[str, str]:
    """The pipeline's name and the execution's id."""
    try:
        _, pipeline, _, name = Arn.parse(arn).resource.split("/")
    except ValueError:
        raise Refused("ResourceNotFound", f"{arn or 'Nothing'} is not the ARN of a pipeline's execution", 404) from None
    return pipeline, name


def title_of(execution: Shape) -> str:
    """The name that somebody gave it; its id where nobody did."""
    name: str = execution["PipelineExecutionDisplayName"]
    return execution["PipelineExecutionArn"].rpartition("/")[2] if _MADE_UP.fullmatch(name) else name


def row_of(visit: Visit, summary: Shape) -> Shape:
    """A list's row: an execution with its title, its duration and what made it run."""
    is_over = summary["PipelineExecutionStatus"] not in RUNNING
    seconds = summary["LastModifiedTime"] - summary["StartTime"] if is_over else None
    why = cause(visit.context.baseplate.store, summary["PipelineExecutionArn"])
    return {**summary, "title": title_of(summary), "seconds": seconds, "cause": why}


def steps_of(visit: Visit, arn: str) -> list[Shape]:
    """The steps that have started, in their order."""
    request: Shape = {"PipelineExecutionArn": arn, "SortOrder": "Ascending", "MaxResults": _MOST_STEPS}
    answer = visit.call("sagemaker", "ListPipelineExecutionSteps", **request)
    found: list[Shape] = answer["PipelineExecutionSteps"]
    while token := answer.get("NextToken"):
        answer = visit.call("sagemaker", "ListPipelineExecutionSteps", **request, NextToken=token)
        found += answer["PipelineExecutionSteps"]
    return found


def parameters_of(visit: Visit, arn: str) -> dict[str, str]:
    answer = visit.call("sagemaker", "ListPipelineParametersForExecution", PipelineExecutionArn=arn)
    return {one["Name"]: one["Value"] for one in answer["PipelineParameters"]}


def step_address(arn: str, step: str) -> str:
    return f"{START}/executions?{urlencode({'arn': arn, 'step': step})}"
