"""`/console/pipelines`: SageMaker pipelines, their graphs and executions, and how to start one."""

from __future__ import annotations

import json

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
    return _page(visit)


def start(visit: Visit) -> Html | Redirect:
    """Start an execution with the form's parameters; what was left empty keeps its default."""
    given = {name: value for name, value in _given(visit).items() if value}
    try:
        answer = visit.call(
            "sagemaker",
            "StartPipelineExecution",
            PipelineName=visit.place["name"],
            ClientRequestToken=unique_id(),
            PipelineExecutionDisplayName=visit.form.get("title", "").strip(),
            PipelineParameters=[{"Name": name, "Value": value} for name, value in given.items()],
        )
    except Refused as refused:
        return _page(visit, f"{refused.code}: {refused.message}")
    return Redirect(addresses.of_arn(answer["PipelineExecutionArn"]))


def _page(visit: Visit, error: str = "") -> Html:
    """The pipeline's page; with an error, the form keeps what was typed."""
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
        "error": error,
        "title": visit.form.get("title", ""),
    }
    return Html("pipelines/pipeline.html", values, 400 if error else 200)


def _latest(visit: Visit, name: str) -> Shape | None:
    try:
        answer = visit.call("sagemaker", "ListPipelineExecutions", PipelineName=name, MaxResults=1)
    except Refused:  # deleted between the two calls
        return None
    found: list[Shape] = answer["PipelineExecutionSummaries"]
    return found[0] if found else None


def _form_parameters(visit: Visit, declared: list[Shape]) -> list[Shape]:
    """The declared parameters; `value` is what was typed, or that of the execution to start again from."""
    source = visit.query.get("from", "")
    answer = visit.call_if_there("sagemaker", "ListPipelineParametersForExecution", PipelineExecutionArn=source)
    before = {one["Name"]: one["Value"] for one in answer["PipelineParameters"]} if answer else _given(visit)
    return [_field(one, before.get(one["Name"], "")) for one in declared]


def _field(parameter: Shape, value: str) -> Shape:
    """What the form needs of a parameter; `choices` where it is one of a few, and the one that is chosen."""
    is_boolean, default = parameter["Type"] == "Boolean", parameter.get("DefaultValue", "")
    return {
        **parameter,
        "field": f"{_FIELD}{parameter['Name']}",
        "value": value,
        "choices": ["true", "false"] if is_boolean else parameter.get("EnumValues", []),
        "chosen": value or (str(default).lower() if is_boolean else default),
    }


def _given(visit: Visit) -> dict[str, str]:
    """The parameters in the form, as they were typed."""
    return {field.removeprefix(_FIELD): value for field, value in visit.form.items() if field.startswith(_FIELD)}


ROUTES = [
    get("/pipelines", pipelines),
    get("/pipelines/{name}", pipeline),
    post("/pipelines/{name}", start),
]
