"""`/console/executions?arn=…`: one execution of a SageMaker pipeline, live; a step of it; two side by side."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.naming import unique_id
from brickline.baseplate.why import cause
from brickline.console import addresses, definitions, step_graph, tails
from brickline.console.executions import RUNNING, names_of, parameters_of, step_address, steps_of, title_of
from brickline.console.rendering import duration, phrase
from brickline.console.views import comparison
from brickline.console.views.step import chosen_step
from brickline.console.visit import Html, Redirect, Visit, get, post

_JOURNAL = "/aws/sagemaker/Pipelines"


def execution(visit: Visit) -> Html:
    arn = visit.query.get("arn", "")
    if other := visit.query.get("with"):
        return comparison.two(visit, arn, other)
    pipeline, name = names_of(arn)
    described = visit.call("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=arn)
    definition = visit.call("sagemaker", "DescribePipelineDefinitionForExecution", PipelineExecutionArn=arn)
    declared = definitions.steps_of(definition["PipelineDefinition"])
    steps = [_step_row(one, declared) for one in steps_of(visit, arn)]
    is_over = described["PipelineExecutionStatus"] not in RUNNING
    chosen = visit.query.get("step", "")
    values = {
        "arn": arn,
        "name": name,
        "pipeline": pipeline,
        "execution": described,
        "title": title_of(described),
        "is_over": is_over,
        "can_retry": described["PipelineExecutionStatus"] in ("Failed", "Stopped", "CompletedWithFailures"),
        "seconds": _seconds(described, steps) if is_over else None,
        "cause": cause(visit.context.baseplate.store, arn),
        "steps": steps,
        "parameters": parameters_of(visit, arn),
        "graph": step_graph.draw(declared, _states(visit, declared, steps), name),
        "failed": [one for one in steps if one["StepStatus"] == "Failed"],
        "chosen": chosen_step(visit, next((one for one in steps if one["StepName"] == chosen), None)),
        "chosen_name": chosen,
        "journal": None if chosen else tails.tail(visit, _JOURNAL, f"{pipeline}/{name}"),
        "others": _others(visit, pipeline, arn),
        "address": addresses.of_arn(arn),
    }
    return Html("executions/execution.html", values)


def stop(visit: Visit) -> Redirect:
    arn = visit.form.get("arn", "")
    visit.call("sagemaker", "StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=unique_id())
    return Redirect(addresses.of_arn(arn))


def retry(visit: Visit) -> Redirect:
    """What succeeded stays; the rest runs again, in the same execution."""
    arn = visit.form.get("arn", "")
    visit.call("sagemaker", "RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken=unique_id())
    return Redirect(addresses.of_arn(arn))


def _step_row(step: Shape, declared: list[definitions.Step]) -> Shape:
    """A step with its type and arguments of the definition, and its duration."""
    own = next((one for one in declared if one.name == step["StepName"]), None)
    end = step.get("EndTime")
    known = {"type": own.type, "arguments": own.arguments, "files": own.files} if own else {"type": ""}
    return {**step, **known, "seconds": max(end - step["StartTime"], 0.0) if end else None}


def _states(visit: Visit, declared: list[definitions.Step], steps: list[Shape]) -> dict[str, step_graph.State]:
    """How the steps stand, as the graph shows them; those that have not started wait, or will never."""
    arn, chosen = visit.query.get("arn", ""), visit.query.get("step", "")
    idle = step_graph.State(more=phrase(visit.language, "not started"))
    started = {
        one["StepName"]: step_graph.State(
            status=one["StepStatus"],
            more=_took(visit, one),
            address=step_address(arn, one["StepName"]),
            is_chosen=one["StepName"] == chosen,
            is_cached="CacheHitResult" in one,
        )
        for one in steps
    }
    return {step.name: started.get(step.name, idle) for step in declared}


def _took(visit: Visit, step: Shape) -> str:
    if "CacheHitResult" in step:
        return phrase(visit.language, "from the cache")
    return duration(step["seconds"]) if step["seconds"] is not None else ""


def _seconds(described: Shape, steps: list[Shape]) -> float:
    last = max((one["EndTime"] for one in steps if one.get("EndTime")), default=described["LastModifiedTime"])
    return float(last - described["CreationTime"])


def _others(visit: Visit, pipeline: str, arn: str) -> list[Shape]:
    """Further executions of the pipeline, to put one beside this one."""
    answer = visit.call_if_there("sagemaker", "ListPipelineExecutions", PipelineName=pipeline, MaxResults=25)
    found = answer["PipelineExecutionSummaries"] if answer else []
    return [{**one, "title": title_of(one)} for one in found if one["PipelineExecutionArn"] != arn]


ROUTES = [
    get("/executions", execution),
    post("/executions/stop", stop),
    post("/executions/retry", retry),
]
