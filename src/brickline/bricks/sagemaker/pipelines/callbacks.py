"""How the outside world answers a callback step."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines import kinds
from brickline.bricks.sagemaker.pipelines.graph import FINAL
from brickline.bricks.sagemaker.pipelines.records import Records


def callback_arn(context: Context, token: str) -> str:
    """The ARN of a callback's step: it is found by its token."""
    return kinds.STEP.arn_of(context, f"callback/{token}")


class Callbacks:
    """SendPipelineExecutionStepSuccess, SendPipelineExecutionStepFailure."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._records = Records(baseplate)

    def send_pipeline_execution_step_success(self, context: Context, request: Shape) -> Shape:
        result = {"OutputParameters": request.get("OutputParameters") or []}
        return self._send(context, "SendPipelineExecutionStepSuccess", request, result)

    def send_pipeline_execution_step_failure(self, context: Context, request: Shape) -> Shape:
        result = {"FailureReason": request.get("FailureReason") or "The callback reported a failure."}
        return self._send(context, "SendPipelineExecutionStepFailure", request, result)

    def _send(self, context: Context, operation: str, request: Shape, result: Shape) -> Shape:
        token, callback = request.get("ClientRequestToken"), request["CallbackToken"]
        return self._baseplate.once(context, operation, token, lambda: self._answer(context, callback, result))

    def _answer(self, context: Context, token: str, result: Shape) -> Shape:
        with self._records.store.write():
            step = self._step(context, token)
            if step.status in FINAL or "result" in step.private["kept"]:
                raise Refused("ConflictException", f"CallbackToken: step '{step.name}' has been answered already")
            step.private["kept"]["result"] = result
            self._records.steps.keep(step)
            execution = self._records.execution(context, step.parent)
            self._records.store.after_commit(lambda: self._baseplate.controllers.wake(execution.id))
        return {"PipelineExecutionArn": execution.arn}

    def _step(self, context: Context, token: str) -> Resource:
        step = self._records.steps.by_arn(callback_arn(context, token))
        if step is None:
            raise Refused("ResourceNotFound", f"CallbackToken: no callback step has the token {token!r}")
        return step
