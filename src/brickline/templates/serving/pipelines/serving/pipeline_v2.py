"""A registered version to an endpoint that serves it, by the second generation of the SageMaker SDK."""

from pathlib import Path

from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterInteger
from sagemaker.workflow.pipeline import Pipeline

FUNCTIONS = Path(__file__).parent / "functions"
INSTANCE = "ml.m5.xlarge"


def get_pipeline(session, role, bucket, config):
    """A version of the registry (0: the newest that is approved) -> a model -> an endpoint in service."""
    version = ParameterInteger("Version", default_value=0)
    instances = ParameterInteger("InstanceCount", default_value=1)
    select = LambdaStep(
        "Select",
        lambda_func=_function(session, role, "select_version"),
        inputs={"group": config["ModelPackageGroup"], "version": version},
        outputs=[_text(name) for name in ("model_package", "image", "model_data", "program", "code")],
    )
    chosen = select.properties.Outputs
    model = Model(
        image_uri=chosen["image"],
        model_data=chosen["model_data"],
        role=role,
        env={"SAGEMAKER_PROGRAM": chosen["program"], "SAGEMAKER_SUBMIT_DIRECTORY": chosen["code"]},
        sagemaker_session=session,
    )
    create = ModelStep("Flights", step_args=model.create(instance_type=INSTANCE))
    deploy = LambdaStep(
        "Deploy",
        lambda_func=_function(session, role, "deploy"),
        inputs={
            "model": create.properties.ModelName,
            "endpoint": config["Endpoint"],
            "instance_type": INSTANCE,
            "instance_count": instances,
        },
        outputs=[_text("status")],
    )
    return Pipeline(
        config["Pipeline"], parameters=[version, instances], steps=[select, create, deploy], sagemaker_session=session
    )


def _text(name):
    return LambdaOutput(name, LambdaOutputTypeEnum.String)


def _function(session, role, name):
    return Lambda(
        function_name=f"flights-{name.replace('_', '-')}",
        execution_role_arn=role,
        script=str(FUNCTIONS / f"{name}.py"),
        handler=f"{name}.handler",
        runtime="python3.11",
        timeout=120,
        session=session,
    )
