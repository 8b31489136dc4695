"""A registered version to an endpoint that serves it, by the third generation of the SageMaker SDK."""

from pathlib import Path

from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.workflow.parameters import ParameterInteger
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.serve import ModelBuilder

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
    builder = ModelBuilder(
        image_uri=chosen["image"],
        s3_model_data_url=chosen["model_data"],
        env_vars={"SAGEMAKER_PROGRAM": chosen["program"], "SAGEMAKER_SUBMIT_DIRECTORY": chosen["code"]},
        role_arn=role,
        sagemaker_session=session,
        instance_type=INSTANCE,
    )
    create = ModelStep("Flights", step_args=builder.build())
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
