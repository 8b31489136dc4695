"""What a schedule's target is given. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Resource
from brickline.baseplate.store import dumps

_OWN = ("Arn", "Input", "RetryPolicy", "DeadLetterConfig")


def target_input(schedule: Resource, due: float, execution: str) -> str:
    """The Input with its keywords replaced, else the notification that EventBridge Scheduler sends by itself.

    `<aws.scheduler.attempt-number>` is replaced with each attempt (see `dispatch`).
    """
    given = schedule.document["Target"].get("Input")
    return _keywords(schedule, due, execution)(given) if given else dumps(_notification(schedule, due, execution))


def target_parameters(schedule: Resource, due: float, execution: str) -> Shape:
    """The target's further members, with keywords replaced in every text of them."""
    parameters = {name: value for name, value in schedule.document["Target"].items() if name not in _OWN}
    replaced: Shape = _in_texts(parameters, _keywords(schedule, due, execution))
    return replaced


def _keywords(schedule: Resource, due: float, execution: str) -> Callable[[str], str]:
    """managing-schedule-context-attributes.html"""
    values = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": clock.iso(due),
        "<aws.scheduler.execution-id>": execution,
    }

    def replace(text: str) -> str:
        for keyword, value in values.items():
            text = text.replace(keyword, value)
        return text

    return replace


def _in_texts(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _in_texts(member, replace) for name, member in value.items()}
    if isinstance(value, list):
        return [_in_texts(element, replace) for element in value]
    return replace(value) if isinstance(value, str) else value


def _notification(schedule: Resource, due: float, execution: str) -> Shape:
    return {
        "version": "0",
        "id": execution,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": schedule.account,
        "time": clock.iso(due),
        "region": schedule.region,
        "resources": [schedule.arn],
        "detail": "{}",
    }
