"""What a definition says, checked before it is kept: names, references, types, cycles. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from brickline.bricks.sagemaker.pipelines.conditions import BadCondition, check_conditions, type_of_value
from brickline.bricks.sagemaker.pipelines.definition import Definition, Step, bad_definition, parse_definition
from brickline.bricks.sagemaker.pipelines.expressions import (
    EXECUTION_VARIABLES,
    EXPERIMENT_MEMBERS,
    GET,
    JOIN,
    BadExpression,
    Reference,
    is_expression,
    parse_reference,
    references,
)
from brickline.bricks.sagemaker.pipelines.graph import dependencies, find_cycle, step_references
from brickline.bricks.sagemaker.pipelines.parameters import did_you_mean
from brickline.bricks.sagemaker.pipelines.paths import Missing, Token, natural_key, walk
from brickline.bricks.sagemaker.pipelines.shapes import Misfit, UnknownProperty, check_form, request_shape
from brickline.bricks.sagemaker.pipelines.steps import NOT_YET, TYPES

_PARAMETER_TYPES = {"String": "String", "Integer": "Number", "Float": "Number", "Boolean": "Boolean"}


class _Wrong(Exception):
    """What is wrong with a reference."""


@lru_cache(maxsize=64)
def checked_definition(text: str) -> Definition:
    """The definition in a JSON text. Refused, naming the step and the place, where it can never run."""
    definition = parse_definition(text)
    for step in definition.steps.values():
        _check_type(step)
        _check_arguments(step)
    for step in definition.steps.values():
        _check_depends_on(definition, step)
        _check_references(definition, step)
        _check_property_files(step)
        if step.type == "Condition":
            _check_conditions(definition, step)
    _check_experiment(definition)
    if cycle := find_cycle(dependencies(definition)):
        last = definition.steps[cycle[-1]]
        raise bad_definition(last.path, f"the steps depend on each other in a circle: {' -> '.join(cycle)}", last.name)
    return definition


def _check_type(step: Step) -> None:
    if step.type in NOT_YET:
        raise bad_definition(
            (*step.path, "Type"), f"Brickline does not run {step.type} steps yet; it runs {', '.join(TYPES)}", step.name
        )
    if step.type not in TYPES:
        known = did_you_mean(step.type, (*TYPES, *NOT_YET))
        raise bad_definition((*step.path, "Type"), f"unknown step type '{step.type}'.{known}", step.name)
    if wrong := TYPES[step.type].check(step):
        raise bad_definition(step.path, wrong, step.name)


def _check_arguments(step: Step) -> None:
    """They have the form that the step's operation takes."""
    operation = TYPES[step.type].operation
    try:
        check_form(step.arguments, request_shape(operation) if operation else None, (*step.path, "Arguments"))
    except Misfit as error:
        raise bad_definition(error.path, str(error), step.name) from None


def _check_depends_on(definition: Definition, step: Step) -> None:
    for dependency in step.depends_on:
        if dependency.step not in definition.steps:
            raise bad_definition((*step.path, "DependsOn"), _unknown_step(definition, dependency.step), step.name)


def _check_references(definition: Definition, step: Step) -> None:
    _check_each(definition, lambda: step_references(step), step.path, step)


def _check_property_files(step: Step) -> None:
    """Each lies in an output that the step has."""
    names = _output_names(step)
    for name, file in step.property_files.items():
        if file.output_name not in names:
            near = did_you_mean(file.output_name, names)
            message = f"property file '{name}' lies in output '{file.output_name}', which the step does not have.{near}"
            raise bad_definition((*step.path, "PropertyFiles"), message, step.name)


def _output_names(step: Step) -> list[str]:
    try:
        outputs = walk(step.arguments, ("ProcessingOutputConfig", "Outputs"))
    except Missing:
        return []
    return [name for output in outputs if (name := natural_key(output))] if isinstance(outputs, list) else []


def _check_experiment(definition: Definition) -> None:
    path = ("PipelineExperimentConfig",)
    _check_each(definition, lambda: references(definition.experiment, path), path, None)


def _check_each(
    definition: Definition,
    find: Callable[[], Iterable[tuple[tuple[Token, ...], Reference]]],
    path: tuple[Token, ...],
    step: Step | None,
) -> None:
    """Refuse the first reference that is bad in itself or leads nowhere."""
    name = step.name if step else None
    try:
        for place, reference in find():
            path = place
            _reference_type(definition, reference, step)
    except _Wrong as error:
        raise bad_definition(path, str(error), name) from None
    except BadExpression as error:
        raise bad_definition(error.path, str(error), name) from None


def _check_conditions(definition: Definition, step: Step) -> None:
    conditions, path = step.arguments.get("Conditions"), (*step.path, "Arguments", "Conditions")
    try:
        check_conditions(conditions, lambda value: _value_type(definition, step, value), path)
    except BadCondition as error:
        raise bad_definition(error.path, str(error), step.name) from None


def _value_type(definition: Definition, step: Step, value: Any) -> str | None:
    """The type of a literal, or of what an expression will give, where that is known."""
    if not is_expression(value):
        return type_of_value(value)
    if JOIN in value:
        return "String"
    return _reference_type(definition, parse_reference(value[GET]), step) if GET in value else None


def _reference_type(definition: Definition, reference: Reference, step: Step | None) -> str | None:
    """The type of what a reference gives, None where only the execution knows. Raises _Wrong where it gives nothing."""
    name = reference.name
    match reference.root:
        case "Parameters":
            if name not in definition.parameters:
                raise _Wrong(f"parameter '{name}' is not defined.{did_you_mean(name, definition.parameters)}")
            return _PARAMETER_TYPES[definition.parameters[name].type]
        case "Execution":
            _check_known(name, EXECUTION_VARIABLES, "execution variable")
            return "String"
        case "PipelineExperimentConfig":
            _check_known(name, EXPERIMENT_MEMBERS, "member of PipelineExperimentConfig")
            if definition.experiment is None:
                raise _Wrong(f"'{reference}' is not there: PipelineExperimentConfig is null")
            return "String"
        case "Steps":
            return _property_type(definition, reference, step)


def _property_type(definition: Definition, reference: Reference, step: Step | None) -> str | None:
    found = definition.steps.get(reference.name)
    if found is None:
        raise _Wrong(_unknown_step(definition, reference.name))
    if step is None:
        raise _Wrong("a step's properties cannot be used outside of steps")
    if reference.property_file is not None:
        if reference.property_file not in found.property_files:
            near = did_you_mean(reference.property_file, found.property_files)
            raise _Wrong(f"step '{found.name}' has no property file '{reference.property_file}'.{near}")
        return None
    try:
        return TYPES[found.type].property_type(found, reference.path)
    except UnknownProperty as error:
        raise _Wrong(str(error)) from None


def _unknown_step(definition: Definition, name: str) -> str:
    return f"references unknown step '{name}'.{did_you_mean(name, definition.steps)}"


def _check_known(name: str, known: tuple[str, ...], what: str) -> None:
    if name not in known:
        raise _Wrong(f"there is no {what} '{name}'.{did_you_mean(name, known)}")
