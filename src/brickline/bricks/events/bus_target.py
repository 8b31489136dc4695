"""A bus as a target: the event goes on to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.targets import Delivery
from brickline.bricks.events.places import Places


class BusTarget:
    """A rule's event keeps its account, region, time and source; it has an id of its own on each bus.

    A schedule's input becomes the detail of an event of the source and type that the schedule names.
    """

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._bus = baseplate.bus
        self._places = places

    def put(self, context: Context, delivery: Delivery) -> str:
        place = self._places.place(context, delivery.arn)
        event = json.loads(delivery.payload)
        if given := delivery.parameters.get("EventBridgeParameters"):
            return self._bus.emit(context, given["Source"], given["DetailType"], [], event, bus=place.bus.arn)
        return self._bus.emit(
            replace(context, account=event["account"], region=event["region"]),
            event["source"],
            event["detail-type"],
            event["resources"],
            event["detail"],
            bus=place.bus.arn,
            time=datetime.fromisoformat(event["time"]).timestamp(),
        )
