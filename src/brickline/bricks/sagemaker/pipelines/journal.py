"""An execution's log: what happened to it, step by step, and why a step was not answered from its cache.

It lies in CloudWatch Logs, in the group `/aws/sagemaker/Pipelines` and the stream `<pipeline>/<execution id>`.
"""

from __future__ import annotations

import logging

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.shipping import Line, Shipment

GROUP = "/aws/sagemaker/Pipelines"

log = logging.getLogger(__name__)


def stream_name(execution: Resource) -> str:
    return f"{execution.parent}/{execution.name}"


class Journal:
    """Lines of one execution; they are gathered, and written together."""

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def say(self, text: str) -> None:
        self._lines.append((int(clock.now() * 1000), text))

    def write(self, context: Context, execution: Resource) -> None:
        """Into the log. An execution does not fail for want of its log."""
        lines, self._lines = self._lines, []
        try:
            Shipment(GROUP, stream_name(execution)).send(context, lines)
        except Refused as error:
            log.warning("the log of %s could not be written: %s", execution.arn, error)
