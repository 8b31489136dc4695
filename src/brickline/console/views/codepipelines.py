"""`/console/codepipelines`: pipelines of stages, live, and what can be done with them."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.why import cause
from brickline.console import codepipelines, lists
from brickline.console.visit import Html, Redirect, Visit, get, post

_FIELD = "variable:"


def pipelines(visit: Visit) -> Html:
    answer = visit.call("codepipeline", "ListPipelines", maxResults=lists.PAGE, nextToken=visit.query.get("next"))
    found = [{**one, "latest": _latest(visit, one["name"])} for one in answer["pipelines"]]
    return Html("codepipelines/list.html", {"pipelines": found, "token": answer.get("nextToken")})


def pipeline(visit: Visit) -> Html:
    name = visit.place["name"]
    described = visit.call("codepipeline", "GetPipeline", name=name)
    declaration = described["pipeline"]
    state = visit.call("codepipeline", "GetPipelineState", name=name)
    listed = visit.call(
        "codepipeline",
        "ListPipelineExecutions",
        pipelineName=name,
        maxResults=lists.PAGE,
        nextToken=visit.query.get("next"),
    )
    values = {
        "name": name,
        "arn": described["metadata"]["pipelineArn"],
        "pipeline": declaration,
        "metadata": described["metadata"],
        "address": codepipelines.address(name),
        "stages": [_stage(visit, *pair) for pair in zip(declaration["stages"], state["stageStates"], strict=False)],
        "executions": [_row(visit, name, one) for one in listed["pipelineExecutionSummaries"]],
        "token": listed.get("nextToken"),
    }
    return Html("codepipelines/pipeline.html", values)


def release(visit: Visit) -> Redirect:
    """Release change: a new execution with the newest revisions, and the form's variables."""
    name = visit.place["name"]
    given = {key.removeprefix(_FIELD): value for key, value in visit.form.items() if key.startswith(_FIELD) and value}
    variables = [{"name": key, "value": value} for key, value in given.items()]
    answer = visit.call("codepipeline", "StartPipelineExecution", name=name, variables=variables or None)
    return Redirect(codepipelines.address(name, answer["pipelineExecutionId"]))


def approve(visit: Visit) -> Redirect:
    """Approve or reject, by the form's `status`; the operation wants a summary: the decision itself where none is."""
    status = visit.form.get("status", "")
    visit.call(
        "codepipeline",
        "PutApprovalResult",
        pipelineName=visit.place["name"],
        stageName=visit.form.get("stage"),
        actionName=visit.form.get("action"),
        token=visit.form.get("token"),
        result={"status": status, "summary": visit.form.get("summary", "").strip() or status},
    )
    return _back(visit)


def retry(visit: Visit) -> Redirect:
    visit.call(
        "codepipeline",
        "RetryStageExecution",
        pipelineName=visit.place["name"],
        stageName=visit.form.get("stage"),
        pipelineExecutionId=visit.form.get("execution"),
        retryMode=visit.form.get("mode") or "FAILED_ACTIONS",
    )
    return _back(visit)


def stop(visit: Visit) -> Redirect:
    """Wait for the actions that run, or abandon them."""
    visit.call(
        "codepipeline",
        "StopPipelineExecution",
        pipelineName=visit.place["name"],
        pipelineExecutionId=visit.form.get("execution"),
        abandon=bool(visit.form.get("abandon")),
        reason=visit.form.get("reason", "").strip(),
    )
    return _back(visit)


def transition(visit: Visit) -> Redirect:
    """Open the way into a stage, or close it for a reason."""
    request: Shape = {
        "pipelineName": visit.place["name"],
        "stageName": visit.form.get("stage"),
        "transitionType": "Inbound",
    }
    if visit.form.get("open"):
        visit.call("codepipeline", "EnableStageTransition", **request)
    else:
        visit.call("codepipeline", "DisableStageTransition", **request, reason=visit.form.get("reason", "").strip())
    return _back(visit)


def _back(visit: Visit) -> Redirect:
    return Redirect(codepipelines.address(visit.place["name"]))


def _latest(visit: Visit, name: str) -> Shape | None:
    try:
        answer = visit.call("codepipeline", "ListPipelineExecutions", pipelineName=name, maxResults=1)
    except Refused:  # deleted between the two calls
        return None
    found: list[Shape] = answer["pipelineExecutionSummaries"]
    return found[0] if found else None


def _row(visit: Visit, name: str, summary: Shape) -> Shape:
    """A list's row: an execution with its duration and what made it run."""
    arn = codepipelines.execution_arn(visit, name, summary["pipelineExecutionId"])
    is_over = summary["status"] not in codepipelines.RUNNING
    seconds = summary["lastUpdateTime"] - summary["startTime"] if is_over else None
    return {
        **summary,
        "address": codepipelines.address(name, summary["pipelineExecutionId"]),
        "cause": cause(visit.context.baseplate.store, arn),
        "seconds": seconds,
    }


def _stage(visit: Visit, declared: Shape, state: Shape) -> Shape:
    states = {one["actionName"]: one for one in state["actionStates"]}
    return {
        "name": declared["name"],
        "transition": state["inboundTransitionState"],
        "inbound": state.get("inboundExecution"),
        "latest": state.get("latestExecution"),
        "actions": [_action(visit, action, states.get(action["name"], {})) for action in declared["actions"]],
    }


def _action(visit: Visit, declared: Shape, state: Shape) -> Shape:
    latest: Shape = state.get("latestExecution", {})
    run = state.get("currentRevision", {}).get("revisionId") or latest.get("externalExecutionId", "")
    return {
        **declared,
        "provider": declared["actionTypeId"]["provider"],
        "latest": latest,
        "address": codepipelines.place_of(visit, declared, run),
        "asks": latest.get("token") if declared["actionTypeId"]["category"] == "Approval" else None,
    }


ROUTES = [
    get("/codepipelines", pipelines),
    get("/codepipelines/{name}", pipeline),
    post("/codepipelines/{name}/release", release),
    post("/codepipelines/{name}/approve", approve),
    post("/codepipelines/{name}/retry", retry),
    post("/codepipelines/{name}/stop", stop),
    post("/codepipelines/{name}/transition", transition),
]
