"""The log streams of endpoints: `/aws/sagemaker/Endpoints/<endpoint>`, a stream for each instance's container."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.shipping import Shipment
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.workers import Part, Worker
from brickline.bricks.sagemaker.jobs.logs import last_lines
from brickline.bricks.sagemaker.serving.containers import Say
from brickline.runtimes import read_output

_SHOWN = 700
"""Characters of a container's last lines that a FailureReason shows."""


def log_group(endpoint: str) -> str:
    return f"/aws/sagemaker/Endpoints/{endpoint}"


class EndpointLogs:
    """Ships what containers write. How far it has come is kept in the endpoint's `private`, by job folder."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._endpoints = Resources(baseplate, kinds.ENDPOINT)

    def teller(self, context: Context, endpoint: Resource, worker: Worker, part: Part) -> Say:
        """Writes a line of the platform's own."""
        shipment = _shipment(endpoint, worker, part)
        return lambda line: shipment.send(context, [(int(clock.now() * 1000), line)])

    def ship(self, context: Context, endpoint: Resource, worker: Worker, part: Part) -> None:
        """Send everything that a container has written since the last time."""
        while self._ship_some(context, endpoint, worker, part):
            pass

    def ship_rest(self, context: Context, endpoint: Resource, worker: Worker, part: Part) -> None:
        """The same for a job that is over and about to be forgotten."""
        self.ship(context, endpoint, worker, part)
        with self._store.write():
            if fresh := resource_by_id(self._store, endpoint.id):
                fresh.private.get("shipped", {}).pop(part.folder.name, None)
                self._endpoints.keep(fresh)

    def last_lines(self, folder: Path) -> str:
        """The end of a container's output, to be shown after a sentence."""
        lines = [line for line in last_lines(folder) if line.strip()]
        shown: list[str] = []
        while lines and sum(map(len, shown)) + len(lines[-1]) < _SHOWN:
            shown.insert(0, lines.pop())
        return "\nIts last lines:\n" + "\n".join(shown) if shown else ""

    def _ship_some(self, context: Context, endpoint: Resource, worker: Worker, part: Part) -> bool:
        """Up to a megabyte of output. Whether there was any."""
        with self._store.write():
            fresh = resource_by_id(self._store, endpoint.id)
            if fresh is None:
                return False
            shipped = fresh.private.setdefault("shipped", {})
            place = part.folder.name
            offset = shipped.get(place, 0)
            save = partial(shipped.__setitem__, place)
            _shipment(endpoint, worker, part).send_output(context, read_output, part.folder, offset, save)
            if shipped.get(place, 0) == offset:
                return False
            self._endpoints.keep(fresh)
            return True


def _shipment(endpoint: Resource, worker: Worker, part: Part) -> Shipment:
    """`<variant>/<instance>`, and in an inference pipeline the container's name behind it."""
    stream = f"{worker.variant.name}/{worker.instance_id}"
    is_pipeline = len(worker.variant.containers) > 1
    return Shipment(log_group(endpoint.name), f"{stream}/{part.name}" if is_pipeline else stream)
