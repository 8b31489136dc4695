"""A pipeline as what events and schedules start."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.targets import Delivery


def start(context: Context, delivery: Delivery) -> str:
    """The input is not used: a pipeline takes parameters (API_SageMakerPipelineParameters)."""
    parameters = delivery.parameters.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    started = context.call(
        "sagemaker",
        "StartPipelineExecution",
        PipelineName=delivery.arn.rsplit("/", 1)[-1],
        PipelineParameters=parameters,
        ClientRequestToken=delivery.token,
    )
    return str(started["PipelineExecutionArn"])
