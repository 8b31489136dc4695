"""Triggers of repositories: functions that are called when references move."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import Arn
from brickline.baseplate.resources import Resources
from brickline.bricks.codecommit.git import ZERO
from brickline.bricks.codecommit.kinds import TRIGGER_RUN
from brickline.bricks.codecommit.places import Places

if TYPE_CHECKING:
    from brickline.bricks.codecommit.pushes import Move

_MOST = 10
_NAME = re.compile(r"[^\s,]{1,100}")


class Triggers:
    """Put, get and test triggers; a `Controller` of the calls that are to be made."""

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._baseplate = baseplate
        self._places = places
        self._runs = Resources(baseplate, TRIGGER_RUN)

    def put_repository_triggers(self, context: Context, request: Shape) -> Shape:
        """The whole list is replaced."""
        triggers = request["triggers"]
        if len(triggers) > _MOST:
            raise Refused("MaximumRepositoryTriggersExceededException", f"triggers: {_MOST} at most")
        for trigger in triggers:
            _check(trigger)
        with self._places.repositories.change(context, request["repositoryName"]) as repository:
            repository.private |= {"triggers": triggers, "configuration": naming.unique_id()}
        return {"configurationId": repository.private["configuration"]}

    def get_repository_triggers(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repositories.get(context, request["repositoryName"])
        return {
            "configurationId": repository.private.get("configuration", ""),
            "triggers": repository.private.get("triggers", []),
        }

    def test_repository_triggers(self, context: Context, request: Shape) -> Shape:
        """Each trigger is called with a made-up commit; what failed is told with its reason."""
        repository = self._places.repositories.get(context, request["repositoryName"])
        succeeded, failed = [], []
        for trigger in request["triggers"]:
            _check(trigger)
            reference = {"commit": "5c4ef1049f1d27deadbeeff313e0730018be182b", "ref": "refs/heads/master"}
            try:
                _call(context, trigger, _event(context, repository, trigger, [reference]))
                succeeded.append(trigger["name"])
            except Refused as error:
                failed.append({"trigger": trigger["name"], "failureMessage": error.message})
        return {"successfulExecutions": succeeded, "failedExecutions": failed}

    def fire(self, context: Context, repository: Resource, moves: list[Move]) -> None:
        """Keep the calls that these moves ask for, in the transaction of their events."""
        for trigger in repository.private.get("triggers", []):
            references = [_reference(move) for move in moves if _wants(trigger, move)]
            if references:
                private = {"trigger": trigger, "event": _event(context, repository, trigger, references)}
                self._runs.create(context, naming.unique_id(), {}, private=private, unfinished=True)

    def reconcile(self, resource: Resource) -> float | None:
        context = self._baseplate.context(resource.account, resource.region, "codecommit.amazonaws.com", resource.cause)
        _call(context, resource.private["trigger"], resource.private["event"])
        self._runs.delete(resource)
        return None

    def fail(self, resource: Resource, error: Exception) -> None:  # noqa: ARG002
        self._runs.delete(resource)


def _check(trigger: Shape) -> None:
    if not _NAME.fullmatch(trigger["name"]):
        message = f"triggers: {trigger['name']!r} is not a name of up to 100 characters without spaces and commas"
        raise Refused("InvalidRepositoryTriggerNameException", message)
    try:
        service = Arn.parse(trigger["destinationArn"]).service
    except ValueError:
        service = ""
    if service != "lambda":
        message = f"triggers: {trigger['name']}: destinationArn names no Lambda function (SNS topics are not there yet)"
        raise Refused("InvalidRepositoryTriggerDestinationArnException", message)


def _wants(trigger: Shape, move: Move) -> bool:
    event = "createReference" if move.old == ZERO else "deleteReference" if move.new == ZERO else "updateReference"
    branches = trigger.get("branches") or []
    return bool({"all", event} & set(trigger["events"])) and (not branches or move.name in branches)


def _reference(move: Move) -> Shape:
    reference: Shape = {"commit": move.old if move.new == ZERO else move.new, "ref": move.reference}
    if move.old == ZERO:
        reference["created"] = True
    if move.new == ZERO:
        reference["deleted"] = True
    return reference


def _event(context: Context, repository: Resource, trigger: Shape, references: list[Shape]) -> Shape:
    record = {
        "awsRegion": repository.region,
        "codecommit": {"references": references},
        "eventId": naming.unique_id(),
        "eventName": "ReferenceChanges",
        "eventPartNumber": 1,
        "eventSource": "aws:codecommit",
        "eventSourceARN": repository.arn,
        "eventTime": clock.iso(clock.now()),
        "eventTotalParts": 1,
        "eventTriggerConfigId": repository.private.get("configuration", ""),
        "eventTriggerName": trigger["name"],
        "eventVersion": "1.0",
        "userIdentityARN": context.principal,
    }
    if trigger.get("customData"):
        record["customData"] = trigger["customData"]
    return {"Records": [record]}


def _call(context: Context, trigger: Shape, event: Shape) -> None:
    context.call(
        "lambda",
        "Invoke",
        FunctionName=trigger["destinationArn"],
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
