"""Callback steps: a message with a token goes to a queue, and whoever reads it says how the step ended."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Shape
from brickline.baseplate.naming import lower_id
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
    return check_outputs(step) if step.body.get("SqsQueueUrl") else "SqsQueueUrl is needed"


def _start(work: Work) -> Outcome:
    token, url = lower_id(10), work.step.body["SqsQueueUrl"]
    message = callback_message(work, token, "Executing")
    _send(work, url, message)
    metadata = {"Callback": {"CallbackToken": token, "SqsQueueUrl": url}}
    return Outcome("Executing", metadata, kept={"token": token, "message": message})


def _look(work: Work) -> Outcome:
    result = work.kept.get("result")
    return Outcome("Executing") if result is None else callback_outcome(work.step, work.kept["token"], result)


def _stop(work: Work) -> None:
    """A second message; the step goes on waiting for its answer (API_StopPipelineExecution)."""
    _send(work, work.step.body["SqsQueueUrl"], callback_message(work, work.kept["token"], "Stopping"))


def callback_message(work: Work, token: str, status: str) -> Shape:
    """The body of the message to the queue."""
    return {
        "token": token,
        "pipelineExecutionArn": work.execution_arn,
        "arguments": work.arguments,
        "status": status,
    }


def callback_outcome(step: Step, token: str, result: Shape) -> Outcome:
    """What the answer to a callback means for its step."""
    callback: Shape = {"CallbackToken": token, "SqsQueueUrl": step.body["SqsQueueUrl"]}
    if "FailureReason" in result:
        return Outcome("Failed", metadata={"Callback": callback}, reason=result["FailureReason"])
    given = {output["Name"]: output["Value"] for output in result["OutputParameters"]}
    try:
        values = output_values(step, given)
    except BadOutput as error:
        return Outcome("Failed", metadata={"Callback": callback}, reason=f"ClientError: {error}")
    callback["OutputParameters"] = shown_outputs(given, step)
    return Outcome("Succeeded", metadata={"Callback": callback}, properties={"OutputParameters": values})


def _send(work: Work, url: str, message: Shape) -> None:
    """To the queue; while there is no SQS brick the message stays readable in the execution's log."""
    if work.context.baseplate.has("sqs", "SendMessage"):
        work.context.call("sqs", "SendMessage", QueueUrl=url, MessageBody=json.dumps(message))


CALLBACK = StepType(
    "Callback",
    _start,
    output_type,
    look=_look,
    stop=_stop,
    check=_check,
    call="sqs:SendMessage",
    cache_key=CacheKey(members=("SqsQueueUrl", "OutputParameters")),
)
