"""`/console/pipelines`: SageMaker pipelines, their graphs and executions, and how to start one."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.naming import unique_id
from brickline.console import addresses, definitions, lists, step_graph
from brickline.console.executions import row_of
from brickline.console.visit import Html, Redirect, Visit, get, post

_FIELD = "parameter:"


def pipelines(visit: Visit) -> Html:
    answer = visit.call("sagemaker", "ListPipelines", **lists.asked(visit, contains="PipelineNamePrefix"))
    found = [{**one, "latest": _latest(visit, one["PipelineName"])} for one in answer["PipelineSummaries"]]
    return Html("pipelines/list.html", {"pipelines": found, "token": answer.get("NextToken")})


def pipeline(visit: Visit) -> Html:
    name = visit.place["name"]
    described = visit.call("sagemaker", "DescribePipeline", PipelineName=name)
    request = lists.asked(visit, ("CreationTime",), contains="")
    listed = visit.call("sagemaker", "ListPipelineExecutions", PipelineName=name, **request)
    document = json.loads(described["PipelineDefinition"])
    steps = definitions.steps_of(described["PipelineDefinition"])
    values = {
        "name": described["PipelineName"],
        "pipeline": described,
        "definition": document,
        "graph": step_graph.draw(steps, {}, described["PipelineName"]),
        "steps": steps,
        "parameters": _form_parameters(visit, document.get("Parameters") or []),
        "executions": [row_of(visit, one) for one in listed["PipelineExecutionSummaries"]],
        "token": listed.get("NextToken"),
    }
    return Html("pipelines/pipeline.html", values)


def start(visit: Visit) -> Redirect:
    """Start an execution with the form's parameters; what was left empty keeps its default."""
    name = visit.place["name"]
    given = {field.removeprefix(_FIELD): value for field, value in visit.form.items() if field.startswith(_FIELD)}
    answer = visit.call(
        "sagemaker",
        "StartPipelineExecution",
        PipelineName=name,
        ClientRequestToken=unique_id(),
        PipelineExecutionDisplayName=visit.form.get("title", "").strip(),
        PipelineParameters=[{"Name": parameter, "Value": value} for parameter, value in given.items() if value],
    )
    return Redirect(addresses.of_arn(answer["PipelineExecutionArn"]))


def _latest(visit: Visit, name: str) -> Shape | None:
    try:
        answer = visit.call("sagemaker", "ListPipelineExecutions", PipelineName=name, MaxResults=1)
    except Refused:  # deleted between the two calls
        return None
    found: list[Shape] = answer["PipelineExecutionSummaries"]
    return found[0] if found else None


def _form_parameters(visit: Visit, declared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The declared parameters; `value` is that of the execution to start again from, if the address names one."""
    source = visit.query.get("from", "")
    answer = visit.call_if_there("sagemaker", "ListPipelineParametersForExecution", PipelineExecutionArn=source)
    before = {one["Name"]: one["Value"] for one in answer["PipelineParameters"]} if answer else {}
    return [{**one, "field": f"{_FIELD}{one['Name']}", "value": before.get(one["Name"], "")} for one in declared]


ROUTES = [
    get("/pipelines", pipelines),
    get("/pipelines/{name}", pipeline),
    post("/pipelines/{name}/start", start),
]
