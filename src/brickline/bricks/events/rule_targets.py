"""The targets of rules: what is started, and what it is given."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.naming import Arn
from brickline.bricks.events.places import Places
from brickline.bricks.events.refusals import invalid
from brickline.bricks.events.rulebook import Rulebook
from brickline.bricks.events.shaping import BadPath, BadTemplate, Template, parse_path

_MOST_TARGETS = 5
_MOST_ENTRIES = 10
_INPUTS = ("Input", "InputPath", "InputTransformer")
_BY_ROLE = ("codebuild", "codepipeline", "sagemaker", "states")
"""Services that EventBridge starts as a role; the others let it in by a policy of their own."""


class RuleTargets:
    """PutTargets, RemoveTargets, ListTargetsByRule."""

    def __init__(self, baseplate: Baseplate, places: Places, rulebook: Rulebook) -> None:
        self._store = baseplate.store
        self._places = places
        self._rulebook = rulebook

    def put_targets(self, context: Context, request: Shape) -> Shape:
        """A target whose Id is there already is replaced."""
        given = request["Targets"]
        _check_entries(given)
        for target in given:
            _check_target(target)
        with self._store.write():
            _, rule = self._places.rule(context, request["Rule"], request.get("EventBusName"))
            targets = {target["Id"]: target for target in [*rule.private["targets"], *given]}
            if len(targets) > _MOST_TARGETS:
                raise Refused(
                    "LimitExceededException",
                    "The requested resource exceeds the maximum number allowed: "
                    f"rule {rule.name} would have {len(targets)} targets, the most is {_MOST_TARGETS}.",
                )
            rule.private["targets"] = list(targets.values())
            self._places.rules.save(rule)
            self._rulebook.keep(rule)
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def remove_targets(self, context: Context, request: Shape) -> Shape:
        """An Id that is not there is an entry that failed."""
        with self._store.write():
            _, rule = self._places.rule(context, request["Rule"], request.get("EventBusName"))
            targets = {target["Id"]: target for target in rule.private["targets"]}
            failed = [_failed(identity) for identity in request["Ids"] if targets.pop(identity, None) is None]
            rule.private["targets"] = list(targets.values())
            self._places.rules.save(rule)
            self._rulebook.keep(rule)
        return {"FailedEntryCount": len(failed), "FailedEntries": failed}

    def list_targets_by_rule(self, context: Context, request: Shape) -> Shape:
        _, rule = self._places.rule(context, request["Rule"], request.get("EventBusName"))
        after = request.get("NextToken", "")
        targets = sorted(
            (target for target in rule.private["targets"] if target["Id"] > after), key=lambda target: target["Id"]
        )
        page = targets[: request.get("Limit", 100)]
        return {"Targets": page, **({"NextToken": page[-1]["Id"]} if len(page) < len(targets) else {})}


def _failed(identity: str) -> Shape:
    return {
        "TargetId": identity,
        "ErrorCode": "ResourceNotFoundException",
        "ErrorMessage": f"Target {identity} does not exist on the rule.",
    }


def _check_entries(given: list[Shape]) -> None:
    if len(given) > _MOST_ENTRIES:
        raise invalid(f"Targets: {len(given)} entries; the most in one request is {_MOST_ENTRIES}")
    ids = [target["Id"] for target in given]
    if repeated := next((identity for identity in ids if ids.count(identity) > 1), None):
        raise invalid(f"Targets: the Id {repeated} is there more than once")


def _check_target(target: Shape) -> None:
    """Refused where the target could never be started. Whether it is there counts when an event comes."""
    identity, arn = target["Id"], target["Arn"]
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        raise invalid(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.") from None
    is_by_role = parsed.service in _BY_ROLE or parsed.resource.startswith("api-destination/")
    if is_by_role and not target.get("RoleArn"):
        raise invalid(f"RoleArn is required for target {arn}.")
    inputs = [member for member in _INPUTS if member in target]
    if len(inputs) > 1:
        raise invalid(f"Only one of Input, InputPath, or InputTransformer must be provided for target {identity}.")
    if inputs:
        _check_input(identity, inputs[0], target[inputs[0]])


def _check_input(identity: str, member: str, value: object) -> None:
    try:
        if member == "Input":
            json.loads(str(value))
        elif member == "InputPath":
            parse_path(str(value))
        elif isinstance(value, dict):
            Template(value["InputTemplate"], value.get("InputPathsMap", {}))
    except BadPath as error:
        raise invalid(f"Invalid InputPath for target {identity} : {error}") from None
    except BadTemplate as error:
        raise invalid(f"Invalid InputTemplate for target {identity} : {error}") from None
    except ValueError as error:
        raise invalid(f"Input for target {identity} is not valid JSON: {error}") from None
