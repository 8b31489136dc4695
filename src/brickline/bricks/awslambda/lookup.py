"""From what a request names to a function, a version or an alias."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.awslambda.kinds import ALIAS, FUNCTION, VERSION
from brickline.bricks.awslambda.names import LATEST, FunctionReference, parse_function


@dataclass(frozen=True)
class Target:
    """The code and configuration that an invocation runs, and the ARN by which it was asked for."""

    function: Resource
    version: Resource
    """The function itself for $LATEST."""
    arn: str

    @property
    def configuration(self) -> Shape:
        return self.version.document

    @property
    def key(self) -> str:
        """The same for the same code and configuration."""
        return f"{self.configuration['FunctionArn']}@{self.configuration['RevisionId']}"


class Lookup:
    """Finds functions by every form of name that Lambda takes."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.functions = Resources(baseplate, FUNCTION)
        self.versions = Resources(baseplate, VERSION)
        self.aliases = Resources(baseplate, ALIAS)

    def reference(self, context: Context, request: Shape) -> tuple[Context, FunctionReference]:
        """What the request names, and the context of the account and region that it lies in."""
        named = parse_function(request["FunctionName"], request.get("Qualifier"))
        return replace(context, account=named.account or context.account, region=named.region or context.region), named

    def function(self, context: Context, request: Shape) -> Resource:
        """The function, whatever the qualifier. Refused where there is none."""
        place, named = self.reference(context, request)
        return self.functions.get(place, named.name)

    def target(self, context: Context, request: Shape) -> Target:
        """What a request's function and qualifier stand for. An alias with weights gives one of its versions."""
        place, named = self.reference(context, request)
        function = self.functions.get(place, named.name)
        if named.qualifier in (None, LATEST):
            return Target(function, function, _qualified(function.arn, named.qualifier))
        if named.qualifier.isdigit():
            version = self.versions.get(place, named.qualifier, parent=function.name)
            return Target(function, version, version.arn)
        alias = self.aliases.get(place, named.qualifier, parent=function.name)
        chosen = _chosen_version(alias.document)
        version = function if chosen == LATEST else self.versions.get(place, chosen, parent=function.name)
        return Target(function, version, alias.arn)


def shown(resource: Resource, arn: str | None = None) -> Shape:
    """The configuration as answers show it."""
    return {**resource.document, "FunctionArn": arn or resource.arn}


def _qualified(arn: str, qualifier: str | None) -> str:
    return f"{arn}:{qualifier}" if qualifier else arn


def _chosen_version(alias: Shape) -> str:
    weights: dict[str, float] = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}
    point = random.random()  # noqa: S311 - shares traffic, guards nothing
    for version, weight in weights.items():
        if point < weight:
            return version
        point -= weight
    return str(alias["FunctionVersion"])
