"""`/console/codepipelines/{name}/executions/{id}`: one execution: its revisions, variables, and each action's run."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.why import cause
from brickline.console import codepipelines
from brickline.console.visit import Html, Visit, get

_MOST = 100
"""Action executions that a page shows, the newest."""


def execution(visit: Visit) -> Html:
    name, run = visit.place["name"], visit.place["id"]
    answer = visit.call("codepipeline", "GetPipelineExecution", pipelineName=name, pipelineExecutionId=run)
    found = answer["pipelineExecution"]
    declared = visit.call("codepipeline", "GetPipeline", name=name, version=found["pipelineVersion"])["pipeline"]
    attempts = visit.call(
        "codepipeline",
        "ListActionExecutions",
        pipelineName=name,
        filter={"pipelineExecutionId": run},
        maxResults=_MOST,
    )["actionExecutionDetails"]
    summary = _summary(visit, name, run)
    values = {
        "name": name,
        "id": run,
        "arn": codepipelines.execution_arn(visit, name, run),
        "execution": found,
        "summary": summary,
        "is_over": found["status"] not in codepipelines.RUNNING,
        "address": codepipelines.address(name),
        "cause": cause(visit.context.baseplate.store, codepipelines.execution_arn(visit, name, run)),
        "stages": [_stage(visit, stage, attempts) for stage in declared["stages"]],
        "failed": [_attempt(visit, one) for one in attempts if one["status"] == "Failed"],
    }
    return Html("codepipelines/execution.html", values)


def _summary(visit: Visit, name: str, run: str) -> Shape:
    """Its row in the list, which alone has the times; empty where it is far behind."""
    listed = visit.call("codepipeline", "ListPipelineExecutions", pipelineName=name, maxResults=_MOST)
    found = listed["pipelineExecutionSummaries"]
    return next((one for one in found if one["pipelineExecutionId"] == run), {})


def _stage(visit: Visit, declared: Shape, attempts: list[Shape]) -> Shape:
    """A stage with every attempt at each of its actions, the newest first."""
    mine = [one for one in attempts if one["stageName"] == declared["name"]]
    actions = [
        {
            "name": action["name"],
            "provider": action["actionTypeId"]["provider"],
            "attempts": [_attempt(visit, one) for one in mine if one["actionName"] == action["name"]],
        }
        for action in declared["actions"]
    ]
    return {"name": declared["name"], "actions": actions, "has_run": bool(mine)}


def _attempt(visit: Visit, attempt: Shape) -> Shape:
    given, output = attempt.get("input", {}), attempt.get("output", {})
    result = output.get("executionResult", {})
    action = {"actionTypeId": given.get("actionTypeId", {"category": "", "provider": ""})}
    configuration = given.get("resolvedConfiguration") or given.get("configuration", {})
    is_over = attempt["status"] != "InProgress"
    return {
        **attempt,
        "seconds": attempt["lastUpdateTime"] - attempt["startTime"] if is_over else None,
        "configuration": configuration,
        "reads": given.get("inputArtifacts", []),
        "writes": output.get("outputArtifacts", []),
        "variables": output.get("outputVariables", {}),
        "summary": result.get("externalExecutionSummary", ""),
        "error": result.get("errorDetails", {}).get("message", ""),
        "address": codepipelines.place_of(
            visit, {**action, "configuration": configuration}, result.get("externalExecutionId", "")
        ),
    }


ROUTES = [get("/codepipelines/{name}/executions/{id}", execution)]
