"""The pure cores of pipelines, as tables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bricks.sagemaker.pipelines.builders import compare, get, join

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines import retries
from brickline.bricks.sagemaker.pipelines.caching import cache_key, explain, explanation, key_arguments
from brickline.bricks.sagemaker.pipelines.conditions import Incomparable, holds
from brickline.bricks.sagemaker.pipelines.definition import Dependency
from brickline.bricks.sagemaker.pipelines.durations import parse_duration
from brickline.bricks.sagemaker.pipelines.expressions import Reference, Undefined, evaluate, references
from brickline.bricks.sagemaker.pipelines.graph import State, final_status, kept_on_retry, progress
from brickline.bricks.sagemaker.pipelines.parameters import BadParameter, Parameter, parameter_value
from brickline.bricks.sagemaker.pipelines.paths import BadPath, Missing, parse_path, path_text, walk
from brickline.bricks.sagemaker.pipelines.retries import Failure, RetryPolicy, retry_delay
from brickline.bricks.sagemaker.pipelines.shapes import coerced, request_shape
from brickline.bricks.sagemaker.pipelines.steps.names import job_name


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a", ("a",)),
        ("a.b", ("a", "b")),
        ("a[0].b", ("a", 0, "b")),
        ("a['b.c'][2]", ("a", "b.c", 2)),
        ('a["b c"]', ("a", "b c")),
        ("['x y'].z", ("x y", "z")),
        ("[1]", (1,)),
        ("$.a.b", ("a", "b")),
        ("my-step.p_1", ("my-step", "p_1")),
    ],
)
def test_paths(text: str, tokens: tuple[Any, ...]) -> None:
    assert parse_path(text) == tokens
    assert parse_path(path_text(tokens)) == tokens


@pytest.mark.parametrize("text", ["", "$", ".a", "a..b", "a.", "a[", "a[x]", "a['b]", "a]b", "a[0]b"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(BadPath):
        parse_path(text)


DOCUMENT: Shape = {
    "Outputs": [{"OutputName": "train", "Uri": "t"}, {"OutputName": "test.csv", "Uri": "e"}],
    "Map": {"a.b": [1, {"c": None}]},
    "Text": "text",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Outputs['train'].Uri", "t"),
        ("Outputs['test.csv'].Uri", "e"),
        ("Outputs[1].Uri", "e"),
        ("Map['a.b'][0]", 1),
        ("Map['a.b'][1].c", None),
    ],
)
def test_walking(path: str, value: Any) -> None:
    assert walk(DOCUMENT, parse_path(path)) == value


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("Outputs['eval'].Uri", "Outputs.eval"),
        ("Outputs[2]", "Outputs[2]"),
        ("Text.length", "Text.length"),
        ("Text[0]", "Text[0]"),
        ("Nothing.at.all", "Nothing"),
    ],
)
def test_walking_into_nothing(path: str, missing: str) -> None:
    with pytest.raises(Missing) as error:
        walk(DOCUMENT, parse_path(path))
    assert str(error.value) == missing


class Values:
    """A scope of a few values."""

    def value(self, reference: Reference) -> Any:
        return {"Parameters.i": 3, "Parameters.f": 0.5, "Parameters.b": True, "Parameters.s": "x"}[str(reference)]

    def property_file_uri(self, reference: Reference) -> str:
        return f"s3://bucket/{reference.name}/{reference.property_file}.json"

    def read_json(self, uri: str) -> Any:
        return {"uri": uri, "a": [{"b c": 0.25}], "Result": [1, 2]}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (get("Parameters.i"), 3),
        ({"a": [get("Parameters.b"), "plain"]}, {"a": [True, "plain"]}),
        (join("s3:/", get("Parameters.s"), get("Parameters.i")), "s3://x/3"),
        (join(get("Parameters.f"), get("Parameters.b"), 2, on="-"), "0.5-true-2"),
        (join(join("a", "b"), "c", on="+"), "a/b+c"),
        ({"Std:Join": {"Values": [get("Parameters.i")]}}, "3"),
        ({"Std:JsonGet": {"PropertyFile": get("Steps.E.PropertyFiles.R"), "Path": "a[0]['b c']"}}, 0.25),
        ({"Std:JsonGet": {"PropertyFile": get("Steps.E.PropertyFiles.R"), "Path": "uri"}}, "s3://bucket/E/R.json"),
        ({"Std:JsonGet": {"S3Uri": join("s3://b", get("Parameters.s")), "Path": "uri"}}, "s3://b/x"),
        ({"Std:JsonGet": {"S3Uri": "s3://b/results.json", "Path": "Result[1]"}}, 2),
    ],
)
def test_expressions(expression: Any, value: Any) -> None:
    assert evaluate(expression, Values()) == value


def test_a_path_that_is_not_in_the_file_is_undefined() -> None:
    with pytest.raises(Undefined, match=r"Path 'a\[1\]' is not in s3://b: there is no a\[1\]"):
        evaluate({"Std:JsonGet": {"S3Uri": "s3://b", "Path": "a[1]"}}, Values())


def test_references_are_found_with_their_places() -> None:
    value = {"a": [{"b": join(get("Steps.S.x"), 1)}], "c": {"Std:JsonGet": {"S3Uri": get("Parameters.u"), "Path": "p"}}}
    assert [(path_text(place), str(reference)) for place, reference in references(value)] == [
        ("a[0].b.Std:Join.Values[0]", "Steps.S.x"),
        ("c.Std:JsonGet.S3Uri", "Parameters.u"),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("String", "5", "5"),
        ("Integer", "-7", -7),
        ("Float", "0.5", 0.5),
        ("Float", "3", 3.0),
        ("Boolean", "True", True),
        ("Boolean", "false", False),
    ],
)
def test_parameter_values(kind: str, text: str, value: Any) -> None:
    found = parameter_value(Parameter("p", kind), text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(("kind", "text"), [("Integer", "1.5"), ("Integer", ""), ("Float", "x"), ("Boolean", "1")])
def test_parameter_values_of_another_type(kind: str, text: str) -> None:
    with pytest.raises(BadParameter, match=f"is of type {kind}"):
        parameter_value(Parameter("p", kind), text)


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        (compare("Equals", 1, 1.0), True),
        (compare("Equals", "a", "b"), False),
        (compare("NotEquals", True, False), True),
        (compare("GreaterThan", 2, 1.5), True),
        (compare("GreaterThanOrEqualTo", 1, 1), True),
        (compare("LessThan", "a", "b"), True),
        (compare("LessThanOrEqualTo", 3, 2), False),
        ({"Type": "In", "QueryValue": "a", "Values": ["b", "a"]}, True),
        ({"Type": "In", "Value": 1, "In": [2, 3]}, False),
        ({"Type": "NotIn", "QueryValue": 1, "Values": []}, True),
        ({"Type": "Not", "Condition": compare("Equals", 1, 1)}, False),
        ({"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("Equals", 1, 1)]}, True),
        ({"Type": "Or", "Conditions": []}, False),
    ],
)
def test_conditions(condition: Shape, outcome: bool) -> None:
    assert holds(condition) is outcome


@pytest.mark.parametrize(
    "condition",
    [
        compare("Equals", "1", 1),
        compare("Equals", True, 1),
        compare("LessThan", True, False),
        compare("Equals", {"a": 1}, {"a": 1}),
        {"Type": "In", "QueryValue": "a", "Values": [1]},
    ],
)
def test_values_that_cannot_be_compared(condition: Shape) -> None:
    with pytest.raises(Incomparable):
        holds(condition)


DAY = 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P30D", 30 * DAY),
        ("p30d", 30 * DAY),
        ("30d", 30 * DAY),
        ("5y", 5 * 365 * DAY),
        ("T16m", 16 * 60),
        ("16m", 16 * 30 * DAY),
        ("30dT5h", 30 * DAY + 5 * 3600),
        ("P4DT12H", 4 * DAY + 12 * 3600),
        ("T12H", 12 * 3600),
        ("PT90S", 90),
        ("P1W", 7 * DAY),
        ("P1Y2M10DT2H30M", (365 + 60 + 10) * DAY + 2 * 3600 + 30 * 60),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "soon", "30", "d30", "P1DT", "PT1HT1M", "30 d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 duration"):
        parse_duration(text)


LIMIT, LOST = retries.RESOURCE_LIMIT, retries.JOB_INTERNAL_ERROR
TWICE = RetryPolicy((LIMIT,), interval=3, backoff=2, max_attempts=2)


@pytest.mark.parametrize(
    ("policies", "failures", "delay"),
    [
        ([], [(LIMIT, 0)], None),
        ([TWICE], [(LIMIT, 0)], 3),
        ([TWICE], [(LIMIT, 0), (LIMIT, 5)], 6),
        ([TWICE], [(LIMIT, 0), (LIMIT, 5), (LIMIT, 20)], None),
        ([TWICE], [(LOST, 0)], None),
        ([TWICE], [(LOST, 0), (LIMIT, 5)], 3),
        ([RetryPolicy((LIMIT,), interval=30, expires_after=60)], [(LIMIT, 0), (LIMIT, 29)], None),
        ([RetryPolicy((LIMIT,), interval=30, expires_after=600)], [(LIMIT, 0), (LIMIT, 29)], 60),
        ([], [(retries.THROTTLING, 0)], 1),
        ([], [(retries.SERVICE_FAULT, 0)] * 5, 16),
        ([], [(retries.SERVICE_FAULT, 0)] * 6, None),
        ([RetryPolicy((retries.THROTTLING,), max_attempts=1)], [(retries.THROTTLING, 0)] * 2, None),
    ],
)
def test_retries(policies: list[RetryPolicy], failures: list[tuple[str, float]], delay: float | None) -> None:
    assert retry_delay(policies, [Failure(*failure) for failure in failures]) == delay


def edges(**needs: list[Any]) -> dict[str, tuple[Dependency, ...]]:
    made = {
        name: [need if isinstance(need, Dependency) else Dependency(need) for need in all_]
        for name, all_ in needs.items()
    }
    return {name: tuple(dependencies) for name, dependencies in made.items()}


BRANCHES = edges(
    C=[], T=[Dependency("C", outcome=True)], F=[Dependency("C", outcome=False)], AfterT=["T"], AfterBoth=["T", "F"]
)
TRIGGERED = edges(A=[], B=["A"], OnFailure=[Dependency("A", "Failed")], Always=[Dependency("B", "Any")])


@pytest.mark.parametrize(
    ("graph", "states", "ready", "skipped"),
    [
        (edges(A=[], B=["A"], X=[]), {}, ["A", "X"], []),
        (edges(A=[], B=["A"]), {"A": "Executing"}, [], []),
        (edges(A=[], B=["A"], C=["B"]), {"A": "Failed"}, [], ["B", "C"]),
        (edges(A=[], B=["A"], X=[]), {"A": "Failed"}, ["X"], ["B"]),
        (BRANCHES, {"C": "True"}, ["T"], ["AfterBoth", "F"]),
        (BRANCHES, {"C": "False"}, ["F"], ["AfterBoth", "AfterT", "T"]),
        (TRIGGERED, {"A": "Succeeded"}, ["B"], ["OnFailure"]),
        (TRIGGERED, {"A": "Failed"}, ["OnFailure"], ["Always", "B"]),
        (TRIGGERED, {"A": "Succeeded", "B": "Failed"}, ["Always"], ["OnFailure"]),
        (TRIGGERED, {"A": "Succeeded", "B": "Stopped"}, ["Always"], ["OnFailure"]),
    ],
)
def test_what_can_start(graph: Any, states: dict[str, str], ready: list[str], skipped: list[str]) -> None:
    found = progress(graph, as_states(states))
    assert (list(found.ready), sorted(found.skipped)) == (ready, skipped)


def as_states(states: dict[str, str]) -> dict[str, State]:
    """`True` and `False` stand for a condition that succeeded with that outcome."""
    return {
        name: State("Succeeded", status == "True") if status in ("True", "False") else State(status)
        for name, status in states.items()
    }


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ({"A": "Succeeded", "B": "Succeeded", "Always": "Succeeded"}, "Succeeded"),
        ({"A": "Failed", "OnFailure": "Succeeded"}, "CompletedWithFailures"),
        ({"A": "Failed", "OnFailure": "Failed"}, "Failed"),
        ({"A": "Succeeded", "B": "Failed", "Always": "Succeeded"}, "CompletedWithFailures"),
        ({"A": "Succeeded", "B": "Stopped", "Always": "Succeeded"}, "Succeeded"),
        ({"A": "Succeeded", "B": "Succeeded", "Always": "Stopped"}, "Stopped"),
    ],
)
def test_how_an_execution_ends(states: dict[str, str], status: str) -> None:
    assert final_status(TRIGGERED, as_states(states)) == status


def test_what_a_retry_keeps() -> None:
    states = as_states({"A": "Failed", "OnFailure": "Succeeded"})
    assert kept_on_retry(TRIGGERED, states) == set()
    states = as_states({"A": "Succeeded", "B": "Failed", "Always": "Succeeded"})
    assert kept_on_retry(TRIGGERED, states) == {"A"}


OLD: Shape = {"AppSpecification": {"ImageUri": "i", "ContainerArguments": ["--rows", "10"]}, "Environment": {"A": "1"}}
NEW: Shape = {"AppSpecification": {"ImageUri": "i", "ContainerArguments": ["--rows", "20", "--x"]}, "RoleArn": "r"}
ATTRIBUTES = ("AppSpecification", "Environment", "ProcessingInputs")


def test_the_cache_key_is_made_of_some_arguments() -> None:
    assert key_arguments(ATTRIBUTES, NEW) == {"AppSpecification": NEW["AppSpecification"]}
    assert key_arguments(("AppSpecification.ImageUri",), NEW) == {"AppSpecification.ImageUri": "i"}
    assert key_arguments((), NEW) == {"Arguments": NEW}
    swapped = json.loads(json.dumps({"b": 1, "a": {"d": 1, "c": 2}}))
    assert cache_key(swapped) == cache_key({"a": {"c": 2, "d": 1}, "b": 1})


def test_why_a_step_missed() -> None:
    changes = explain(key_arguments(ATTRIBUTES, OLD), key_arguments(ATTRIBUTES, NEW))
    assert explanation(changes) == (
        'AppSpecification.ContainerArguments[1] changed from "10" to "20"; '
        'AppSpecification.ContainerArguments[2] changed from nothing to "--x"; '
        'Environment changed from {"A": "1"} to nothing'
    )
    assert explain(OLD, OLD) == []
    assert [change.path for change in explain({"a.b [": {"c": 1}}, {"a.b [": {"c": True}})] == ["['a.b ['].c"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"HyperParameters": {"a": 3, "b": 0.5, "c": True, "d": "x", "e": [1]}}, None),
        ({"ResourceConfig": {"InstanceCount": "2", "VolumeSizeInGB": 30.0}}, None),
        ({"EnableNetworkIsolation": "true", "StoppingCondition": {"MaxRuntimeInSeconds": "60"}}, None),
        ({"Unknown": {"a": 1}}, {"Unknown": {"a": 1}}),
        ({"ResourceConfig": {"InstanceCount": "two"}}, {"ResourceConfig": {"InstanceCount": "two"}}),
    ],
)
def test_values_in_the_types_that_the_api_takes(given: Shape, taken: Shape | None) -> None:
    expected = (
        taken
        or {
            "HyperParameters": {"HyperParameters": {"a": "3", "b": "0.5", "c": "true", "d": "x", "e": "[1]"}},
            "ResourceConfig": {"ResourceConfig": {"InstanceCount": 2, "VolumeSizeInGB": 30}},
            "EnableNetworkIsolation": {
                "EnableNetworkIsolation": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
        }[next(iter(given))]
    )
    assert coerced(given, request_shape("CreateTrainingJob")) == expected


@pytest.mark.parametrize(
    ("step", "prefix", "beginning"),
    [
        ("TrainAbaloneModel", None, "pipelines-4r83jejmhorv-TrainAbaloneModel-"),
        ("MyModelCreationStep-CreateModel", None, "pipelines-4r83jejmhorv-MyModelCreationStep--"),
        ("my_step", None, "pipelines-4r83jejmhorv-my-step-"),
        ("any", "prep", "prep-4r83jejmhorv-"),
        ("any", "p" * 60, "p" * 39 + "-4r83jejmhorv-"),
    ],
)
def test_names_of_what_pipelines_create(step: str, prefix: str | None, beginning: str) -> None:
    name = job_name("4r83jejmhorv", step, prefix)
    assert name.startswith(beginning)
    assert len(name) == len(beginning) + 10 <= 63
