"""Where a request's bus is: by name or by ARN, in the caller's account and region or in others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import Arn, is_arn
from brickline.baseplate.resources import Resources
from brickline.bricks.events.kinds import BUS, DEFAULT_BUS, RULE


@dataclass(frozen=True)
class Place:
    """A bus, and the context of the account and region that it lies in."""

    context: Context
    bus: Resource

    @property
    def name(self) -> str:
        return self.bus.name


class Places:
    """Finds buses and their rules."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self.buses = Resources(baseplate, BUS)
        self.rules = Resources(baseplate, RULE)

    def place(self, context: Context, named: str | None) -> Place:
        """The bus of that name or ARN (the default one for None). Refused where there is none."""
        name = named or DEFAULT_BUS
        if is_arn(name):
            arn = Arn.parse(name)
            context = replace(context, account=arn.account, region=arn.region)
            name = arn.resource.removeprefix("event-bus/")
        return Place(context, self._bus(context, name))

    def rule(self, context: Context, name: str, bus: str | None) -> tuple[Place, Resource]:
        """A rule and where it is. Refused where there is no such rule, or no such bus."""
        place = self.place(context, bus)
        return place, self.rules.get(place.context, name, place.name)

    def _bus(self, context: Context, name: str) -> Resource:
        """Every account and region has a default bus: it is made when it is first asked for."""
        if name != DEFAULT_BUS:
            return self.buses.get(context, name)
        found = self.buses.find(context, name)
        if found is None:
            with self._store.write():  # where two ask at once, one makes it
                found = self.buses.find(context, name) or self.buses.create(context, name, {})
        return found


def rule_arn(place: Place, name: str) -> str:
    """Rules of the default bus do not have it in their ARN."""
    resource = f"rule/{name}" if place.name == DEFAULT_BUS else f"rule/{place.name}/{name}"
    return place.context.arn("events", resource)
