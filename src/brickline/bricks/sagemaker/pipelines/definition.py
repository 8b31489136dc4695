"""A pipeline's definition (schema 2020-12-01), read from its JSON. What it says is checked in `checks`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.pipelines.durations import parse_duration
from brickline.bricks.sagemaker.pipelines.parameters import BadParameter, Parameter, parse_parameter
from brickline.bricks.sagemaker.pipelines.paths import Token, path_text
from brickline.bricks.sagemaker.pipelines.retries import BadPolicy, RetryPolicy, check_policies, parse_policy
from brickline.bricks.sagemaker.refusals import invalid

VERSION = "2020-12-01"

BRANCHES = {True: "IfSteps", False: "ElseSteps"}
"""The arguments of a Condition step that hold further steps, by the outcome that they run for."""

NOT_EVALUATED = (
    "Name",
    "Type",
    "Arguments",
    "DependsOn",
    "DisplayName",
    "Description",
    "CacheConfig",
    "RetryPolicies",
    "PropertyFiles",
)
"""Members of a step that hold no expressions, and its arguments, which are looked at by themselves."""

TRIGGERS = ("Completed", "Failed", "Stopped", "Any")
"""How a step that is depended on has to end. `Completed` is a plain dependency."""


@dataclass(frozen=True)
class Dependency:
    """A step that has to end in a certain way first. `outcome` is for the steps of a condition's branches."""

    step: str
    trigger: str = "Completed"
    outcome: bool | None = None


@dataclass(frozen=True)
class CacheConfig:
    """A step that may be answered from its cache; `expires_after` in seconds."""

    expires_after: float | None = None


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file in an output of a processing step."""

    output_name: str
    file_path: str


@dataclass(frozen=True)
class Step:
    """A step. `body` is its JSON; `path` is its place in the definition; nested steps depend on their condition."""

    name: str
    type: str
    path: tuple[Token, ...]
    body: Shape
    depends_on: tuple[Dependency, ...] = ()
    cache: CacheConfig | None = None
    retries: tuple[RetryPolicy, ...] = ()
    property_files: Mapping[str, PropertyFile] = field(default_factory=dict)

    @property
    def arguments(self) -> Shape:
        """The step's own: a condition's are without its branches, whose steps stand for themselves."""
        return {name: value for name, value in self.body["Arguments"].items() if name not in BRANCHES.values()}


@dataclass(frozen=True, eq=False)
class Definition:
    """A whole pipeline; `steps` has those of conditions' branches too, in the order of the text."""

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Shape | None = None
    """ExperimentName and TrialName, which may be expressions; None for no experiment."""
    mlflow: Shape | None = None


def bad_definition(path: tuple[Token, ...], message: str, step: str | None = None) -> Refused:
    """The refusal of a definition: names the step and the place."""
    place = path_text(path) or "The definition"
    whose = f"Step '{step}' at {place}" if step else place
    return invalid(f"Unable to parse pipeline definition. {whose}: {message}")


def parse_definition(text: str) -> Definition:
    """The definition in a JSON text. Refused where its form is wrong; references are not looked at."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise invalid(f"Unable to parse pipeline definition. Not a JSON document: {error}") from None
    if not isinstance(document, dict):
        raise bad_definition((), "a structure is needed")
    if document.get("Version") != VERSION:
        raise bad_definition(("Version",), f"{json.dumps(document.get('Version'))} is not {VERSION!r}")
    return Definition(
        parameters=_parameters(document.get("Parameters") or []),
        steps=_steps(document.get("Steps")),
        experiment=_experiment(document.get("PipelineExperimentConfig")),
        mlflow=document.get("MlflowConfig"),
    )


def _experiment(declared: Any) -> Shape | None:
    if declared is None:
        return None
    path = ("PipelineExperimentConfig",)
    if not isinstance(declared, dict) or not {"ExperimentName", "TrialName"} <= declared.keys():
        raise bad_definition(path, "ExperimentName and TrialName are needed, or null for no experiment")
    return declared


def _parameters(declared: Any) -> dict[str, Parameter]:
    if not isinstance(declared, list):
        raise bad_definition(("Parameters",), "a list is needed")
    parameters: dict[str, Parameter] = {}
    for index, item in enumerate(declared):
        try:
            parameter = parse_parameter(item if isinstance(item, dict) else {})
        except BadParameter as error:
            raise bad_definition(("Parameters", index), str(error)) from None
        if parameter.name in parameters:
            raise bad_definition(("Parameters", index), f"there is another parameter named '{parameter.name}'")
        parameters[parameter.name] = parameter
    return parameters


def _steps(declared: Any) -> dict[str, Step]:
    if not declared:
        raise bad_definition(("Steps",), "a pipeline needs one step at least")
    steps: dict[str, Step] = {}
    for step in _steps_in(declared, ("Steps",), None):
        if step.name in steps:
            other = path_text(steps[step.name].path)
            raise bad_definition(step.path, f"duplicate step name; {other} has it already", step.name)
        steps[step.name] = step
    return steps


def _steps_in(declared: Any, path: tuple[Token, ...], branch: Dependency | None) -> Iterator[Step]:
    """The steps of a list, each followed by those of its branches."""
    if not isinstance(declared, list):
        raise bad_definition(path, "a list of steps is needed")
    for index, body in enumerate(declared):
        step = _step(body, (*path, index), branch)
        yield step
        if step.type == "Condition":
            for outcome, member in BRANCHES.items():
                inner, below = body["Arguments"].get(member) or [], (*step.path, "Arguments", member)
                yield from _steps_in(inner, below, Dependency(step.name, outcome=outcome))


def _step(body: Any, path: tuple[Token, ...], branch: Dependency | None) -> Step:
    name = body.get("Name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        raise bad_definition((*path, "Name"), "a step needs a name")
    for member, kind in (("Type", str), ("Arguments", dict)):
        if not isinstance(body.get(member), kind):
            what = "text" if kind is str else "structure"
            raise bad_definition((*path, member), f"a {what} is needed, not {_shown(body.get(member))}", name)
    return Step(
        name=name,
        type=body["Type"],
        path=path,
        body=body,
        depends_on=(*_depends_on(body.get("DependsOn") or [], path, name), *([branch] if branch else [])),
        cache=_cache(body.get("CacheConfig"), path, name),
        retries=_retries(body.get("RetryPolicies") or [], path, name),
        property_files=_property_files(body.get("PropertyFiles") or [], path, name),
    )


def _depends_on(declared: Any, path: tuple[Token, ...], name: str) -> Iterator[Dependency]:
    for index, item in enumerate(_listed(declared, "DependsOn", path, name)):
        place = (*path, "DependsOn", index)
        if isinstance(item, str):
            yield Dependency(item)
        elif isinstance(item, dict) and isinstance(item.get("Step"), str):
            trigger = item.get("Trigger", "Completed")
            if trigger not in TRIGGERS:
                raise bad_definition(place, f"Trigger {_shown(trigger)} is none of {', '.join(TRIGGERS)}", name)
            yield Dependency(item["Step"], trigger)
        else:
            raise bad_definition(place, f"a step's name is needed, not {_shown(item)}", name)


def _cache(declared: Any, path: tuple[Token, ...], name: str) -> CacheConfig | None:
    if not isinstance(declared, dict) or not declared.get("Enabled"):
        return None
    expiry = declared.get("ExpireAfter")
    if expiry is None:
        return CacheConfig()
    try:
        return CacheConfig(parse_duration(str(expiry)))
    except ValueError as error:
        raise bad_definition((*path, "CacheConfig", "ExpireAfter"), str(error), name) from None


def _retries(declared: Any, path: tuple[Token, ...], name: str) -> tuple[RetryPolicy, ...]:
    policies: list[RetryPolicy] = []
    for index, item in enumerate(_listed(declared, "RetryPolicies", path, name)):
        try:
            policies.append(parse_policy(item))
            check_policies(policies)
        except BadPolicy as error:
            raise bad_definition((*path, "RetryPolicies", index), str(error), name) from None
    return tuple(policies)


def _property_files(declared: Any, path: tuple[Token, ...], name: str) -> dict[str, PropertyFile]:
    files: dict[str, PropertyFile] = {}
    for index, item in enumerate(_listed(declared, "PropertyFiles", path, name)):
        members = ("PropertyFileName", "OutputName", "FilePath")
        if not isinstance(item, dict) or not all(isinstance(item.get(member), str) for member in members):
            place = (*path, "PropertyFiles", index)
            raise bad_definition(place, "PropertyFileName, OutputName and FilePath are needed", name)
        files[item["PropertyFileName"]] = PropertyFile(item["OutputName"], item["FilePath"])
    return files


def _listed(declared: Any, member: str, path: tuple[Token, ...], name: str) -> list[Any]:
    if not isinstance(declared, list):
        raise bad_definition((*path, member), f"a list is needed, not {_shown(declared)}", name)
    return declared


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
