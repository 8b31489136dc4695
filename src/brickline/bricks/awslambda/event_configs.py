"""How a function's events are tried again: how often, and until what age."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.awslambda.lookup import Lookup, Target
from brickline.bricks.awslambda.refusals import not_found

MOST_RETRIES = 2
LONGEST_AGE = 21_600
_MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


class EventConfigs:
    """Put, update, get, list, delete; each qualifier has its own."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def put_function_event_invoke_config(self, context: Context, request: Shape) -> Shape:
        return self._save(context, request, {})

    def update_function_event_invoke_config(self, context: Context, request: Shape) -> Shape:
        return self._save(context, request, self._find(context, request))

    def get_function_event_invoke_config(self, context: Context, request: Shape) -> Shape:
        return self._find(context, request)

    def list_function_event_invoke_configs(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        return {"FunctionEventInvokeConfigs": list(function.private.get("event_config", {}).values())}

    def delete_function_event_invoke_config(self, context: Context, request: Shape) -> Shape:
        self._find(context, request)
        target = self._lookup.target(context, request)
        with self._lookup.functions.change_id(target.function.id) as function:
            del function.private["event_config"][target.arn]
        return {}

    def _save(self, context: Context, request: Shape, known: Shape) -> Shape:
        if any(each.get("Destination") for each in (request.get("DestinationConfig") or {}).values()):
            raise Refused("NotImplemented", "DestinationConfig: destinations of events are not there yet")
        target = self._lookup.target(context, request)
        asked = {member: request[member] for member in _MEMBERS if member in request}
        config = {**known, **asked, "FunctionArn": target.arn, "LastModified": clock.now()}
        with self._lookup.functions.change_id(target.function.id) as function:
            function.private.setdefault("event_config", {})[target.arn] = config
        return config

    def _find(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        config = _config_of(target)
        if config is None:
            raise not_found(f"The function {target.arn} doesn't have an EventInvokeConfig")
        return config


def retries_and_age(target: Target) -> tuple[int, int]:
    """How often an event is tried again, and how many seconds old it may be then."""
    config = _config_of(target) or {}
    return config.get("MaximumRetryAttempts", MOST_RETRIES), config.get("MaximumEventAgeInSeconds", LONGEST_AGE)


def _config_of(target: Target) -> Shape | None:
    found: Shape | None = target.function.private.get("event_config", {}).get(target.arn)
    return found
