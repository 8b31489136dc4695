"""Expressions in definitions: what they refer to, and what they give. Pure: documents come from a `Scope`.

{"Get": "Parameters.<name>" | "Steps.<step>.<path>" | "Execution.<variable>" | "PipelineExperimentConfig.<member>"}
{"Std:Join": {"On": text, "Values": [...]}}
{"Std:JsonGet": {"PropertyFile": {"Get": "Steps.<step>.PropertyFiles.<name>"}, "Path": path}}
{"Std:JsonGet": {"S3Uri": text or expression, "Path": path}}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast, get_args

from brickline.bricks.sagemaker.pipelines.paths import (
    BadPath,
    Misplaced,
    Missing,
    Token,
    parse_path,
    path_text,
    walk,
)

Root = Literal["Parameters", "Steps", "Execution", "PipelineExperimentConfig"]
ROOTS: tuple[str, ...] = get_args(Root)

GET, JOIN, JSON_GET = "Get", "Std:Join", "Std:JsonGet"

EXECUTION_VARIABLES = (
    "StartDateTime",
    "CurrentDateTime",
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "TrainingJobName",
    "ProcessingJobName",
)
EXPERIMENT_MEMBERS = ("ExperimentName", "TrialName")


class BadExpression(Misplaced):
    """An expression that can never be evaluated, and why."""


class Undefined(LookupError):
    """An expression refers to what is not there in this execution, and which."""


@dataclass(frozen=True)
class Reference:
    """What a `Get` names. `name` is the parameter, step or variable; `path` leads into a step's properties."""

    root: Root
    name: str
    path: tuple[Token, ...] = ()

    def __str__(self) -> str:
        return path_text((self.root, self.name, *self.path))

    @property
    def property_file(self) -> str | None:
        """The name in `Steps.<step>.PropertyFiles.<name>`."""
        if self.root == "Steps" and len(self.path) == 2 and self.path[0] == "PropertyFiles":
            return str(self.path[1])
        return None


class Scope(Protocol):
    """Where expressions get their values from. Both raise Undefined."""

    def value(self, reference: Reference) -> Any: ...

    def property_file_uri(self, reference: Reference) -> str:
        """The S3 URI of a step's property file."""
        ...

    def read_json(self, uri: str) -> Any:
        """The JSON document at an S3 URI."""
        ...


def is_expression(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in (GET, JOIN, JSON_GET)


def parse_reference(text: Any) -> Reference:
    """Raises BadExpression."""
    if not isinstance(text, str):
        raise BadExpression(f"Get takes a text such as 'Parameters.Name', not {json.dumps(text)}")
    try:
        root, *rest = parse_path(text)
    except BadPath as error:
        raise BadExpression(f"Get: {error}") from None
    if root not in ROOTS:
        raise BadExpression(f"Get {text!r}: begins with none of {', '.join(ROOTS)}")
    if not rest or not isinstance(rest[0], str):
        raise BadExpression(f"Get {text!r}: names nothing after {root}")
    if root == "Steps" and len(rest) == 1:
        raise BadExpression(f"Get {text!r}: names no property of the step")
    if root != "Steps" and len(rest) > 1:
        raise BadExpression(f"Get {text!r}: {root}.{rest[0]} has no members")
    return Reference(cast(Root, root), rest[0], tuple(rest[1:]))


def references(value: Any, path: tuple[Token, ...] = ()) -> Iterator[tuple[tuple[Token, ...], Reference]]:
    """Every reference in a value, with the place of its expression. Raises BadExpression, naming the place."""
    if is_expression(value):
        yield from _references_of(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from references(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from references(inner, (*path, index))


def evaluate(value: Any, scope: Scope) -> Any:
    """The value with every expression in it replaced by what it gives. Raises Undefined."""
    if is_expression(value):
        return _evaluate(value, scope)
    if isinstance(value, dict):
        return {key: evaluate(inner, scope) for key, inner in value.items()}
    if isinstance(value, list):
        return [evaluate(inner, scope) for inner in value]
    return value


def as_text(value: Any) -> str:
    """A value where text is wanted: `3`, `0.5`, `true`; structures as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _references_of(expression: Mapping[str, Any], path: tuple[Token, ...]) -> Iterator[Any]:
    ((kind, body),) = expression.items()
    try:
        if kind == GET:
            yield path, parse_reference(body)
        else:
            _check_join(body) if kind == JOIN else _check_json_get(body)
    except BadExpression as error:
        raise BadExpression(str(error), path) from None
    if kind == JOIN:
        yield from references(body["Values"], (*path, JOIN, "Values"))
    elif kind == JSON_GET:
        member = "PropertyFile" if "PropertyFile" in body else "S3Uri"
        yield from references(body[member], (*path, JSON_GET, member))


def _check_join(body: Any) -> None:
    if not isinstance(body, dict) or not isinstance(body.get("Values"), list):
        raise BadExpression("Std:Join needs a list of Values")
    if not isinstance(body.get("On", ""), str):
        raise BadExpression(f"Std:Join: On is a text, not {json.dumps(body['On'])}")


def _check_json_get(body: Any) -> None:
    if not isinstance(body, dict) or ("PropertyFile" in body) == ("S3Uri" in body):
        raise BadExpression("Std:JsonGet needs either PropertyFile or S3Uri")
    if not isinstance(body.get("Path"), str):
        raise BadExpression("Std:JsonGet needs a Path such as metrics.auc.value")
    try:
        parse_path(body["Path"])
    except BadPath as error:
        raise BadExpression(f"Std:JsonGet: Path: {error}") from None
    source = body.get("PropertyFile")
    if "PropertyFile" in body and (
        not isinstance(source, dict) or parse_reference(source.get(GET)).property_file is None
    ):
        raise BadExpression('Std:JsonGet: PropertyFile has to be {"Get": "Steps.<step>.PropertyFiles.<name>"}')


def _evaluate(expression: Mapping[str, Any], scope: Scope) -> Any:
    ((kind, body),) = expression.items()
    if kind == GET:
        return scope.value(parse_reference(body))
    if kind == JOIN:
        return body.get("On", "").join(as_text(evaluate(value, scope)) for value in body["Values"])
    return _json_get(body, scope)


def _json_get(body: Mapping[str, Any], scope: Scope) -> Any:
    if "PropertyFile" in body:
        uri = scope.property_file_uri(parse_reference(body["PropertyFile"][GET]))
    else:
        uri = as_text(evaluate(body["S3Uri"], scope))
    try:
        return walk(scope.read_json(uri), parse_path(body["Path"]))
    except Missing as missing:
        raise Undefined(f"Path {body['Path']!r} is not in {uri}: there is no {missing}") from None
