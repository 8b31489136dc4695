"""Universal targets: any operation of any service, `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, OperationNotFoundError, Shape, StructureShape

from brickline.baseplate.brick import Context
from brickline.baseplate.models import UnknownService, service_model
from brickline.baseplate.naming import Arn
from brickline.baseplate.targets import Delivery
from brickline.bricks.scheduler.refusals import invalid

_START = "aws-sdk:"
_NAMES = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "sagemakerruntime": "sagemaker-runtime",
}
"""Services whose name in these ARNs is not boto3's."""


def is_universal(arn: str) -> bool:
    parsed = Arn.parse(arn)
    return parsed.service == "scheduler" and parsed.resource.startswith(_START)


def operation_of(arn: str) -> OperationModel:
    """The model of the operation. Refused where there is none of that name."""
    parts = Arn.parse(arn).resource.removeprefix(_START).split(":")
    if len(parts) != 2:
        raise invalid(f"{arn}: a universal target is arn:aws:scheduler:::aws-sdk:<service>:<apiAction>")
    service, action = parts
    try:
        return service_model(_NAMES.get(service, service)).operation_model(action[:1].upper() + action[1:])
    except (UnknownService, OperationNotFoundError):
        raise invalid(f"{arn}: there is no operation {action} of a service {service}") from None


def call(context: Context, delivery: Delivery) -> str:
    """Call the operation with the Input as its request; a token of the request's makes it happen once."""
    operation = operation_of(delivery.arn)
    request = _request(operation, json.loads(delivery.payload))
    for name, member in operation.input_shape.members.items() if operation.input_shape else ():
        if member.metadata.get("idempotencyToken") or name == "ClientRequestToken":
            request.setdefault(name, delivery.token)
    context.call(operation.service_model.service_name, operation.name, **request)
    return ""


def _request(operation: OperationModel, given: Any) -> dict[str, Any]:
    shape = operation.input_shape
    found = _value(shape, given) if shape is not None else {}
    return found if isinstance(found, dict) else {}


def _value(shape: Shape, given: Any) -> Any:
    """JSON as an operation takes it: members found whatever the case of their first letter, blobs, times."""
    match shape:
        case StructureShape() if isinstance(given, dict):
            names = {name.lower(): name for name in shape.members}
            return {
                (found := names.get(name.lower(), name)): (
                    _value(shape.members[found], value) if found in shape.members else value
                )
                for name, value in given.items()
            }
        case ListShape() if isinstance(given, list):
            return [_value(shape.member, element) for element in given]
        case MapShape() if isinstance(given, dict):
            return {name: _value(shape.value, value) for name, value in given.items()}
        case Shape(type_name="blob") if isinstance(given, str):
            return _bytes(given)
        case Shape(type_name="timestamp") if isinstance(given, str):
            return datetime.fromisoformat(given).timestamp()
        case _:
            return given


def _bytes(text: str) -> bytes:
    """A payload stands there as JSON text; where it is none, as Base64."""
    try:
        json.loads(text)
    except ValueError:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            pass
    return text.encode()
