"""Replays: an archive's events once more, on their bus, in the order of their times."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from sqlalchemy import select, tuple_

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.events.kinds import ARCHIVE, REPLAY
from brickline.bricks.events.refusals import invalid, not_found
from brickline.bricks.events.schema import archived

log = logging.getLogger(__name__)

_BATCH = 100
_SHOWN = ("ReplayArn", "State", "ReplayStartTime")


class Replays:
    """StartReplay, CancelReplay, DescribeReplay, ListReplays; and the `Controller` that puts the events.

    STARTING -> RUNNING -> COMPLETED; CancelReplay: CANCELLING -> CANCELLED; FAILED where the archive is gone.
    """

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._store = baseplate.store
        self._archives = Resources(baseplate, ARCHIVE)
        self._replays = Resources(baseplate, REPLAY)

    def start_replay(self, context: Context, request: Shape) -> Shape:
        archive = self._archives.by_arn(request["EventSourceArn"])
        if archive is None:
            raise not_found(f"Archive {request['EventSourceArn'].rsplit('/', 1)[-1]} does not exist.")
        if request["EventStartTime"] >= request["EventEndTime"]:
            raise invalid("Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.")
        if request["Destination"]["Arn"] != archive.document["EventSourceArn"]:
            raise invalid("Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.")
        members = ("Description", "EventSourceArn", "Destination", "EventStartTime", "EventEndTime")
        document = {member: request[member] for member in members if member in request}
        replay = self._replays.create(
            context,
            request["ReplayName"],
            {**document, "State": "STARTING"},
            private={"place": [request["EventStartTime"], 0]},
            unfinished=True,
        )
        return {member: replay.document[member] for member in _SHOWN}

    def cancel_replay(self, context: Context, request: Shape) -> Shape:
        with self._replays.change(context, request["ReplayName"]) as replay:
            if replay.status not in ("STARTING", "RUNNING"):
                raise Refused(
                    "IllegalStatusException", f"Replay {replay.name} is not in a valid state: {replay.status}"
                )
            replay.document["State"] = "CANCELLING"
        return {"ReplayArn": replay.arn, "State": "CANCELLING"}

    def describe_replay(self, context: Context, request: Shape) -> Shape:
        return self._replays.get(context, request["ReplayName"]).document

    def list_replays(self, context: Context, request: Shape) -> Shape:
        return self._replays.page(context, request)


class ReplayController:
    """Puts a batch of events, and notes how far it has come, in one transaction."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._archives = Resources(baseplate, ARCHIVE)
        self._replays = Resources(baseplate, REPLAY)

    def reconcile(self, replay: Resource) -> float | None:
        with self._replays.change_id(replay.id) as changed:
            if changed.status == "CANCELLING":
                self._end(changed, "CANCELLED")
            elif (archive := self._archives.by_arn(changed.document["EventSourceArn"])) is None:
                self._end(changed, "FAILED", "The archive was deleted.")
            elif not self._put_batch(changed, archive):
                self._end(changed, "COMPLETED")
        return 0.0 if changed.unfinished else None

    def fail(self, replay: Resource, error: Exception) -> None:
        log.error("replay %s is given up: %s", replay.arn, error)
        with self._replays.change_id(replay.id) as changed:
            self._end(changed, "FAILED", str(error))

    def _put_batch(self, replay: Resource, archive: Resource) -> bool:
        """Whether there were any more events."""
        replay.document["State"] = "RUNNING"
        place = tuple_(archived.c.time, archived.c.id)
        query = (
            select(archived)
            .where(archived.c.archive == archive.id, place > tuple_(*replay.private["place"]))
            .where(archived.c.time <= replay.document["EventEndTime"])
            .order_by(archived.c.time, archived.c.id)
            .limit(_BATCH)
        )
        with self._baseplate.store.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            self._put(replay, json.loads(row.event), row.time)
            replay.private["place"] = [row.time, row.id]
            replay.document["EventLastReplayedTime"] = row.time
        return bool(rows)

    def _put(self, replay: Resource, event: Shape, time: float) -> None:
        context = self._baseplate.context(replay.account, replay.region, "events.amazonaws.com", replay.arn)
        self._baseplate.bus.emit(
            replace(context, account=event["account"], region=event["region"]),
            event["source"],
            event["detail-type"],
            event["resources"],
            event["detail"],
            bus=replay.document["Destination"]["Arn"],
            time=time,
            replay=replay.name,
        )

    def _end(self, replay: Resource, state: str, reason: str = "") -> None:
        replay.document |= {"State": state, "ReplayEndTime": clock.now(), **({"StateReason": reason} if reason else {})}
        replay.unfinished = False
