"""From Pending to Active: a function is ready once the environment of its runtime is."""

from __future__ import annotations

from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.awslambda.execution.pool import Pool
from brickline.bricks.awslambda.execution.sandbox import image_of
from brickline.bricks.awslambda.kinds import FUNCTION
from brickline.images.environments import Environments
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage


class Readiness:
    """A `Controller` of functions. Statuses: Pending -> Active, or Failed with the reason; updates keep Active."""

    def __init__(self, baseplate: Baseplate, environments: Environments, pool: Pool) -> None:
        self._functions = Resources(baseplate, FUNCTION)
        self._environments = environments
        self._pool = pool

    def reconcile(self, function: Resource) -> float | None:
        try:
            self._environments.ensure(image_of(function.document["Runtime"]), lambda _line: None)
        except (UnknownImage, EnvironmentFailed) as error:
            self.fail(function, error)
            return None
        with self._functions.change_id(function.id) as ready:
            ready.document["State"] = "Active"
            for member in ("StateReason", "StateReasonCode"):
                ready.document.pop(member, None)
            ready.unfinished = False
        self._pool.discard_outdated(ready)
        return None

    def fail(self, function: Resource, error: Exception) -> None:
        with self._functions.change_id(function.id) as failed:
            failed.document |= {"State": "Failed", "StateReason": str(error), "StateReasonCode": "InternalError"}
            failed.unfinished = False
