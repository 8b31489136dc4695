"""EndpointConfig and Endpoint steps. An endpoint that is there is updated, otherwise it is created."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.pipelines.steps.calls import call_request, describe, described_by
from brickline.bricks.sagemaker.pipelines.steps.step_type import CacheKey, Outcome, StepType, Work

_UPDATABLE = ("EndpointName", "EndpointConfigName", "DeploymentConfig")


def _create_config(work: Work) -> Outcome:
    name = work.arguments.get("EndpointConfigName") or work.job_name
    request = {**call_request(work, "EndpointConfig"), "EndpointConfigName": name}
    work.context.call("sagemaker", "CreateEndpointConfig", **request)
    description = describe(work, "EndpointConfig", name)
    return Outcome("Succeeded", {"EndpointConfig": {"Arn": description["EndpointConfigArn"]}}, description)


def _create_or_update(work: Work) -> Outcome:
    request = {**call_request(work, "Endpoint"), "EndpointName": _name(work)}
    if _is_there(work):
        changes = {member: request[member] for member in _UPDATABLE if member in request}
        arn = work.context.call("sagemaker", "UpdateEndpoint", **changes)["EndpointArn"]
    else:
        arn = work.context.call("sagemaker", "CreateEndpoint", **request)["EndpointArn"]
    return Outcome("Executing", metadata={"Endpoint": {"Arn": arn}})


def _look(work: Work) -> Outcome:
    """An update that was rolled back leaves an endpoint in service, with its old config."""
    description = describe(work, "Endpoint", _name(work))
    metadata = {"Endpoint": {"Arn": description["EndpointArn"]}}
    if description["EndpointStatus"] not in ("InService", "Failed"):
        return Outcome("Executing", metadata, description)
    wanted = work.arguments["EndpointConfigName"]
    if description["EndpointStatus"] == "InService" and description["EndpointConfigName"] == wanted:
        return Outcome("Succeeded", metadata, description)
    return Outcome("Failed", metadata, description, _reason(description))


def _is_there(work: Work) -> bool:
    try:
        describe(work, "Endpoint", _name(work))
    except Refused:
        return False
    return True


def _name(work: Work) -> str:
    return str(work.arguments.get("EndpointName") or work.job_name)


def _reason(description: Shape) -> str:
    return str(description.get("FailureReason") or f"The endpoint serves {description['EndpointConfigName']}.")


ENDPOINT_CONFIG = StepType(
    "EndpointConfig",
    _create_config,
    described_by("EndpointConfig"),
    operation="CreateEndpointConfig",
    cache_key=CacheKey(),
)

ENDPOINT = StepType(
    "Endpoint",
    _create_or_update,
    described_by("Endpoint"),
    look=_look,
    operation="CreateEndpoint",
    cache_key=CacheKey(),
)
