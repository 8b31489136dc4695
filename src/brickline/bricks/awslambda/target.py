"""A function as what events and schedules start: an asynchronous invocation."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.targets import Delivery


def invoke(context: Context, delivery: Delivery) -> str:
    context.call(
        "lambda",
        "Invoke",
        FunctionName=delivery.arn,
        InvocationType="Event",
        Payload=delivery.payload.encode(),
    )
    return ""
