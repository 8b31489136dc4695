"""The endpoints that answer, as requests find them: in memory, published by their controllers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.capture_records import CaptureSettings
from brickline.bricks.sagemaker.endpoints.fleets import Fleet, Fleets, Variant
from brickline.bricks.sagemaker.endpoints.routing import Lane, Route
from brickline.bricks.sagemaker.endpoints.workers import Worker

ANSWERING = ("InService", "Updating", "RollingBack", "SystemUpdating", "UpdateRollbackFailed")
"""The statuses in which an endpoint takes requests."""

_TAKE_UP_SECONDS = 20.0
"""A request waits so long for its endpoint to be taken up again after the server's start."""


@dataclass(frozen=True)
class Answering:
    """An endpoint that answers."""

    id: int
    name: str
    route: Route[Worker]


class Served:
    """Finds an endpoint for each request without asking the store."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._endpoints = Resources(baseplate, kinds.ENDPOINT)
        self._changed = threading.Condition()
        self._known: dict[tuple[str, str, str], Answering] = {}

    def find(self, context: Context, name: str) -> Answering:
        """Refused where there is no such endpoint, or none that answers."""
        if found := self._known.get(_key(context.account, context.region, name)):
            return found
        endpoint = self._endpoints.find(context, name)
        if endpoint is None or endpoint.status not in ANSWERING:
            raise _missing(context, name)
        return self._await(context, name)

    def publish(self, endpoint: Resource, fleets: Fleets, workers: Mapping[int, Worker]) -> None:
        """Requests go to the instances that are ready now, by the shares and weights of their fleets and variants."""
        if endpoint.status not in ANSWERING:
            return self._forget(endpoint)
        key = _key(endpoint.account, endpoint.region, endpoint.name)
        with self._changed:
            answering = self._known.get(key)
            if answering is None or answering.id != endpoint.id:
                answering = Answering(endpoint.id, endpoint.name, self._route(endpoint))
            answering.route.publish([*_lanes(fleets, workers)])
            self._known[key] = answering
            self._changed.notify_all()
        return None

    def _forget(self, endpoint: Resource) -> None:
        """Nobody asks it any more; it still tells when the last requests that it has are answered."""
        with self._changed:
            key = _key(endpoint.account, endpoint.region, endpoint.name)
            if (known := self._known.get(key)) and known.id == endpoint.id:
                del self._known[key]
                known.route.publish([])
                known.route.close()

    def _route(self, endpoint: Resource) -> Route[Worker]:
        return Route(lambda: self._baseplate.controllers.wake(endpoint.id))

    def _await(self, context: Context, name: str) -> Answering:
        """The server has just started: the endpoint's instances are being taken up."""
        key, deadline = _key(context.account, context.region, name), time.monotonic() + _TAKE_UP_SECONDS
        with self._changed:
            while (found := self._known.get(key)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Refused("ServiceUnavailable", f"Endpoint {name} is not ready yet; try again.", 503)
                self._changed.wait(left)
            return found


def _missing(context: Context, name: str) -> Refused:
    return Refused("ValidationError", f"Endpoint {name} of account {context.account} not found.")


def _key(account: str, region: str, name: str) -> tuple[str, str, str]:
    return account, region, name.lower()


def _lanes(fleets: Fleets, workers: Mapping[int, Worker]) -> Iterator[Lane[Worker]]:
    for fleet in fleets.fleets:
        if fleet.share > 0:
            total = sum(variant.weight for variant in fleet.variants)
            for variant in fleet.variants:
                yield _lane(fleet, variant, variant.weight / total * fleet.share, workers)


def _lane(fleet: Fleet, variant: Variant, share: float, workers: Mapping[int, Worker]) -> Lane[Worker]:
    found = (workers.get(instance.number) for instance in variant.instances)
    return Lane(
        variant=variant.name,
        share=share,
        instances=[worker.busy for worker in found if worker and worker.is_ready],
        is_random=variant.production.get("RoutingConfig", {}).get("RoutingStrategy") == "RANDOM",
        capture=CaptureSettings.of(fleet.capture) if fleet.capture else None,
    )
