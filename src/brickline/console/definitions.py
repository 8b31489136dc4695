"""The steps of a pipeline's definition, as far as the console shows them: names, types, what waits for what. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from brickline.baseplate.brick import Shape

_BRANCHES = {"IfSteps": "true", "ElseSteps": "false"}


@dataclass(frozen=True)
class Step:
    """`needs` are the steps that it waits for; `branch` says with which outcome its `condition` runs it."""

    name: str
    type: str
    title: str
    needs: tuple[str, ...] = ()
    condition: str = ""
    branch: str = ""
    arguments: Shape = field(default_factory=dict)
    """A condition's are without its branches."""
    files: tuple[tuple[str, str], ...] = ()
    """Its property files: the output that each lies in, and its path there."""


def steps_of(definition: str) -> list[Step]:
    """The steps of a definition's JSON in the order of its text, those of conditions' branches too."""
    found = list(_steps(json.loads(definition).get("Steps", ())))
    names = {step.name for step in found}
    return [replace(step, needs=tuple(name for name in step.needs if name in names)) for step in found]


def _steps(bodies: Iterable[Shape], condition: str = "", branch: str = "") -> Iterator[Step]:
    for body in bodies:
        arguments = body.get("Arguments") or {}
        own = {name: value for name, value in arguments.items() if name not in _BRANCHES}
        yield Step(
            name=body["Name"],
            type=body["Type"],
            title=body.get("DisplayName") or body["Name"],
            needs=tuple(dict.fromkeys(_needs({**body, "Arguments": own}, condition))),
            condition=condition,
            branch=branch,
            arguments=own,
            files=tuple((one["OutputName"], one["FilePath"]) for one in body.get("PropertyFiles") or ()),
        )
        for member, outcome in _BRANCHES.items():
            yield from _steps(arguments.get(member) or (), body["Name"], outcome)


def _needs(body: Shape, condition: str) -> Iterator[str]:
    for one in body.get("DependsOn") or ():
        yield one["Step"] if isinstance(one, dict) else str(one)
    yield from _references(body)
    if condition:
        yield condition


def _references(value: Any) -> Iterator[str]:
    """The steps that expressions (`{"Get": "Steps.Train.ModelArtifacts…"}`) read from."""
    if isinstance(value, Mapping):
        target = value.get("Get")
        if isinstance(target, str) and target.startswith("Steps."):
            yield target.split(".")[1].split("[")[0]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
