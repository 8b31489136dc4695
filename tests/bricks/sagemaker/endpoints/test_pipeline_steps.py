"""A serving pipeline: EndpointConfig and Endpoint steps create an endpoint, and update it the next time."""

from __future__ import annotations

from typing import Any

from tests.bricks.sagemaker.pipelines.builders import ROLE, definition, get, parameter

from brickline.baseplate import naming

SAYS = "def answer(path, headers, body):\n    return 200, {{}}, b'{}'\n"


def pipeline() -> str:
    variant = {
        "VariantName": "v",
        "ModelName": get("Parameters.Model"),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    config = {"EndpointConfigName": get("Parameters.Config"), "ProductionVariants": [variant]}
    endpoint = {"EndpointName": "e", "EndpointConfigName": get("Steps.Config.EndpointConfigName")}
    return definition(
        {"Name": "Config", "Type": "EndpointConfig", "Arguments": config},
        {"Name": "Deploy", "Type": "Endpoint", "Arguments": endpoint},
        parameters=[parameter("Model"), parameter("Config")],
    )


def run(account: Any, model: str, config: str) -> tuple[str, dict[str, Any]]:
    """The execution's status, and its steps by name."""
    parameters = [{"Name": "Model", "Value": model}, {"Name": "Config", "Value": config}]
    arn = account(
        "StartPipelineExecution",
        PipelineName="p",
        PipelineParameters=parameters,
        ClientRequestToken=naming.unique_id(),
    )["PipelineExecutionArn"]

    def status() -> str:
        return str(account("DescribePipelineExecution", PipelineExecutionArn=arn)["PipelineExecutionStatus"])

    account.wait(lambda: status() not in ("Executing", "Stopping"))
    steps = account("ListPipelineExecutionSteps", PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return status(), {step["StepName"]: step for step in steps}


def test_a_pipeline_creates_an_endpoint_and_updates_it_the_next_time(account: Any) -> None:
    token = naming.unique_id()
    account("CreatePipeline", PipelineName="p", PipelineDefinition=pipeline(), RoleArn=ROLE, ClientRequestToken=token)
    status, steps = run(account, account.model(SAYS.format("one")), "first")
    assert status == "Succeeded", steps
    assert steps["Deploy"]["Metadata"]["Endpoint"]["Arn"].endswith(":endpoint/e")
    assert steps["Config"]["Metadata"]["EndpointConfig"]["Arn"].endswith(":endpoint-config/first")
    assert account.said() == "one"

    status, steps = run(account, account.model(SAYS.format("two")), "second")
    assert (status, account.said()) == ("Succeeded", "two"), steps

    status, steps = run(account, account.model("raise ValueError('no such model')"), "third")
    assert (status, account.said()) == ("Failed", "two")
    assert "no such model" in steps["Deploy"]["FailureReason"]
