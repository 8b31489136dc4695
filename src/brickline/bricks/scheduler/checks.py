"""What a schedule has to be, beyond the model's shapes."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Shape
from brickline.baseplate.naming import Arn
from brickline.baseplate.schedules import BadSchedule, parse_schedule
from brickline.bricks.scheduler.refusals import invalid
from brickline.bricks.scheduler.universal import is_universal, operation_of

_PARAMETERS = {
    "events": "EventBridgeParameters",
    "kinesis": "KinesisParameters",
    "ecs": "EcsParameters",
    "sagemaker": "SageMakerPipelineParameters",
}
"""The target's parameters that a service cannot do without."""


def check_schedule(request: Shape) -> None:
    """Raises Refused."""
    zone = request.get("ScheduleExpressionTimezone", "UTC")
    try:
        parse_schedule(request["ScheduleExpression"], zone, strict_units=False)
    except BadSchedule as error:
        raise invalid(f"Invalid Schedule Expression {request['ScheduleExpression']}. {error}") from None
    start, end = request.get("StartDate"), request.get("EndDate")
    if start is not None and end is not None and end <= start:
        raise invalid("EndDate: it has to be later than StartDate")
    _check_window(request["FlexibleTimeWindow"])
    _check_target(request["Target"])


def _check_window(window: Shape) -> None:
    is_flexible = window["Mode"] == "FLEXIBLE"
    if is_flexible and "MaximumWindowInMinutes" not in window:
        raise invalid("FlexibleTimeWindow.MaximumWindowInMinutes: it is needed where Mode is FLEXIBLE")
    if not is_flexible and "MaximumWindowInMinutes" in window:
        raise invalid("FlexibleTimeWindow.MaximumWindowInMinutes: only where Mode is FLEXIBLE")


def _check_target(target: Shape) -> None:
    arn = target["Arn"]
    try:
        service = Arn.parse(arn).service
    except ValueError:
        raise invalid(f"Provided Arn is not in correct format: {arn}") from None
    if is_universal(arn):
        operation_of(arn)
        _check_json(target)
    elif (needed := _PARAMETERS.get(service)) and needed not in target:
        raise invalid(f"Target.{needed}: it is needed for a target of {service} ({arn})")
    elif service in ("lambda", "events", "states"):
        _check_json(target)


def _check_json(target: Shape) -> None:
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError as error:
        raise invalid(f"Target.Input: not a JSON document ({error})") from None
