"""A pipeline as what rules and schedules start."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.naming import Arn
from brickline.baseplate.targets import Delivery
from brickline.bricks.codepipeline.starts import Starts


class PipelineTarget:
    """Its input may name revisions and variables; an event that is passed on as it came says nothing."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts

    def start(self, context: Context, delivery: Delivery) -> str:
        name = Arn.parse(delivery.arn).resource
        request = {**started_with(delivery.payload), "name": name, "clientRequestToken": delivery.token}
        return self._starts.start(context, request, "CloudWatchEvent", delivery.origin).arn


def started_with(payload: str) -> Shape:
    """StartPipelineExecution's members in a target's input. Pure."""
    try:
        given = json.loads(payload) if payload else {}
    except ValueError:
        return {}
    if not isinstance(given, dict) or "detail-type" in given:
        return {}
    return {member: _list(given[member]) for member in ("sourceRevisions", "variables") if given.get(member)}


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]
