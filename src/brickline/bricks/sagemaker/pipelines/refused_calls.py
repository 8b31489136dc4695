"""What it means for a step that a service refused its call. Pure."""

from __future__ import annotations

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.pipelines import retries
from brickline.bricks.sagemaker.pipelines.retries import RetryPolicy
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome

_THROTTLING = ("ThrottlingException", "Throttling", "TooManyRequestsException")
_TEXT = "ClientError: Failed to invoke {call}. Error Details: {message}"
_NO_RETRY = (
    "\nRetry not appropriate on execution of step with PipelineExecutionArn {execution} and StepId {step}. "
    "No retry policy configured for the exception type {fault}."
)


def refused_outcome(
    error: Refused, call: str, execution_arn: str, step: str, policies: tuple[RetryPolicy, ...]
) -> Outcome:
    """A failed attempt. `call` is as in `sagemaker:CreateTrainingJob`; the reason is worded as AWS words it."""
    fault = fault_of(error)
    reason = _TEXT.format(call=call, message=error.message)
    if retries.policy_for(policies, fault) is None:
        reason += _NO_RETRY.format(execution=execution_arn, step=step, fault=_shown(fault or error.code))
    return Outcome("Failed", reason=reason, fault=fault)


def fault_of(error: Refused) -> str:
    """The kind of failure that a retry policy can name; empty where there is none."""
    if error.code in _THROTTLING:
        return retries.THROTTLING
    if error.code == "ResourceLimitExceeded":
        return retries.RESOURCE_LIMIT
    return retries.SERVICE_FAULT if error.status >= 500 else ""


def _shown(fault: str) -> str:
    """`SageMaker.RESOURCE_LIMIT` as failure reasons write it, `SAGEMAKER_RESOURCE_LIMIT`."""
    return fault.upper().replace(".", "_")
