"""Lambda steps: a function is invoked with the arguments, and its answer's top-level members are the outputs."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.steps.outputs import (
    BadOutput,
    check_outputs,
    output_type,
    output_values,
    shown_outputs,
)
from brickline.bricks.sagemaker.pipelines.steps.step_type import CacheKey, Outcome, StepType, Work


def _check(step: Step) -> str | None:
    return check_outputs(step) if step.body.get("FunctionArn") else "FunctionArn is needed"


def _start(work: Work) -> Outcome:
    return Outcome("Executing", {"Lambda": {"Arn": work.step.body["FunctionArn"]}})


def _invoke(work: Work) -> Shape:
    payload = json.dumps(work.arguments).encode()
    answer = work.context.call("lambda", "Invoke", FunctionName=work.step.body["FunctionArn"], Payload=payload)
    body = answer.get("Payload", b"")
    text = (body if isinstance(body, bytes) else body.read()).decode()
    return {"Payload": text, "FunctionError": answer.get("FunctionError")}


def _look(work: Work) -> Outcome:
    result = work.kept.get("result")
    return Outcome("Executing") if result is None else lambda_outcome(work.step, result)


def lambda_outcome(step: Step, result: Shape) -> Outcome:
    """What an invocation's answer means for its step."""
    arn = step.body["FunctionArn"]
    if result.get("FunctionError"):
        return Outcome("Failed", metadata={"Lambda": {"Arn": arn}}, reason=_error_text(result["Payload"]))
    returned = _returned(result["Payload"])
    try:
        values = output_values(step, returned)
    except BadOutput as error:
        return Outcome("Failed", metadata={"Lambda": {"Arn": arn}}, reason=f"ClientError: {error}")
    metadata: Shape = {"Arn": arn, "OutputParameters": shown_outputs(returned, step)}
    return Outcome("Succeeded", metadata={"Lambda": metadata}, properties={"OutputParameters": values})


def _returned(payload: str) -> Shape:
    """The top-level members of what the function returned; none where that is not an object."""
    try:
        returned = json.loads(payload or "null")
    except ValueError:
        return {}
    return returned if isinstance(returned, dict) else {}


def _error_text(payload: str) -> str:
    error = _returned(payload)
    words = ": ".join(str(error[member]) for member in ("errorType", "errorMessage") if error.get(member))
    return f"ClientError: The Lambda function failed. {words or payload}"


# It has no `stop`: a function cannot be stopped, so its end is waited for (API_StopPipelineExecution).
LAMBDA = StepType(
    "Lambda",
    _start,
    output_type,
    look=_look,
    run=_invoke,
    check=_check,
    call="lambda:Invoke",
    cache_key=CacheKey(members=("FunctionArn", "OutputParameters")),
)
