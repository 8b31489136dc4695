"""What the client of an endpoint is told when its model does not answer as it should."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints.logs import log_group

_SHOWN = 4096
"""Characters of the model's answer in the message; OriginalMessage has all of it."""

TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container {container}. Review the latency metrics "
    "for each container in Amazon CloudWatch, resolve the issue, and try again."
)
BROKEN_OFF = "The container {container} ended, or closed the connection, before it had answered."


def model_error(context: Context, endpoint: str, container: str, status: int, said: str) -> Refused:
    """The container answered with another status than 2xx, or (`status` 0) not at all."""
    group = log_group(endpoint)
    kind = "client" if 400 <= status < 500 else "server"
    message = (
        f'Received {kind} error ({status}) from {container} with message "{said[:_SHOWN]}". See '
        f"https://{context.region}.console.aws.amazon.com/cloudwatch/home?region={context.region}"
        f"#logEventViewer:group={group} in account {context.account} for more information."
    )
    return Refused(
        "ModelError",
        message,
        424,
        OriginalStatusCode=status,
        OriginalMessage=said,
        LogStreamArn=context.arn("logs", f"log-group:{group}"),
    )


def timed_out(context: Context, endpoint: str, container: str) -> Refused:
    return model_error(context, endpoint, container, 0, TIMED_OUT.format(container=container))


def broken_off(context: Context, endpoint: str, container: str) -> Refused:
    return model_error(context, endpoint, container, 0, BROKEN_OFF.format(container=container))
