"""The demo's second pipeline, written as for SageMaker: a version is approved, made a model, put behind an endpoint."""

from __future__ import annotations

from sagemaker.lambda_helper import Lambda
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterInteger
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession

from brickline.demo.pipeline import GROUP, INSTANCE, STEPS, flights_model

SERVING = "FlightServing"
ENDPOINT = "flight-delays"


def get_pipeline(session: PipelineSession, role: str) -> Pipeline:
    """A version of the registry (0: the newest) -> approved -> a model -> an endpoint in service."""
    version = ParameterInteger("Version", default_value=0)
    approve = LambdaStep(
        "Approve",
        lambda_func=_function(session, role, "approve"),
        inputs={"group": GROUP, "version": version},
        outputs=[LambdaOutput(name, LambdaOutputTypeEnum.String) for name in ("model_package", "model_data")],
    )
    approved = flights_model(session, role, approve.properties.Outputs["model_data"])
    model = ModelStep("Flights", step_args=approved.create(instance_type=INSTANCE))
    deploy = LambdaStep(
        "Deploy",
        lambda_func=_function(session, role, "deploy"),
        inputs={"model": model.properties.ModelName, "endpoint": ENDPOINT, "instance_type": INSTANCE},
        outputs=[LambdaOutput("status", LambdaOutputTypeEnum.String)],
    )
    return Pipeline(SERVING, parameters=[version], steps=[approve, model, deploy], sagemaker_session=session)


def _function(session: PipelineSession, role: str, name: str) -> Lambda:
    return Lambda(
        function_name=f"flights-{name}",
        execution_role_arn=role,
        script=str(STEPS / f"{name}.py"),
        handler=f"{name}.handler",
        runtime="python3.11",
        timeout=120,
        session=session,
    )
