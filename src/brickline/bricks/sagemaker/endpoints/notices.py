"""The events of endpoints: statuses in upper case, times in milliseconds."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.events import emit_state_change, upper_snake


def emit_endpoint_change(context: Context, endpoint: Resource) -> None:
    """`EndpointStatus` is another one."""
    emit_state_change(context, "Endpoint", endpoint, EndpointStatus=upper_snake(endpoint.document["EndpointStatus"]))


def emit_deployment_change(context: Context, endpoint: Resource) -> None:
    """A deployment has entered another stage."""
    status = upper_snake(endpoint.document["EndpointStatus"])
    emit_state_change(context, "Endpoint Deployment", endpoint, EndpointStatus=status)
