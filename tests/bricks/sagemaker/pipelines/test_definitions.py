"""Definitions as the SDKs make them, and broken ones with the refusal that each gets."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.bricks.sagemaker.pipelines.builders import (
    callback,
    compare,
    condition,
    definition,
    fail,
    function,
    get,
    join,
    parameter,
    processing,
    training,
)

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.pipelines.checks import checked_definition
from brickline.bricks.sagemaker.pipelines.definition import CacheConfig
from brickline.bricks.sagemaker.pipelines.graph import dependencies

SAMPLES = Path(__file__).parent / "definitions"
JSON_GET: Shape = {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "auc.value"}}


def waits_for(sample: str) -> dict[str, list[str]]:
    edges = dependencies(checked_definition((SAMPLES / sample).read_text()))
    return {
        name: [
            edge.step
            + (f" {edge.trigger}" if edge.trigger != "Completed" else "")
            + ("" if edge.outcome is None else f" is {edge.outcome}")
            for edge in needs
        ]
        for name, needs in edges.items()
    }


def test_a_definition_of_the_second_sdk() -> None:
    assert waits_for("v2_flights.json") == {
        "Preprocess": [],
        "Train": ["Preprocess"],
        "Evaluate": ["Train", "Preprocess"],
        "Good": ["Evaluate"],
        "Repackage": ["Good is True", "Train"],
        "Register-RegisterModel": ["Repackage", "Good is True", "Train"],
        "Create-CreateModel": ["Good is True", "Train"],
        "Approve": ["Good is True", "Train"],
        "TooBad": ["Good is False"],
    }


def test_step_functions_of_the_second_sdk() -> None:
    assert waits_for("v2_functions.json") == {"double": [], "add": ["double"], "big": ["add"], "no": ["big is True"]}


def test_a_definition_of_the_third_sdk_with_triggers() -> None:
    assert waits_for("v3_train.json") == {
        "Train": [],
        "Repackage": ["Train"],
        "Notify": ["Train Failed"],
        "Always": ["Repackage Any", "Train"],
        "Good": ["Repackage"],
        "TooBad": ["Good is True"],
    }


def test_a_custom_prefix_stays_in_the_arguments() -> None:
    found = checked_definition((SAMPLES / "v2_custom_prefix.json").read_text())
    assert found.experiment is None
    assert found.steps["Preprocess"].arguments["ProcessingJobName"] == "prep"
    assert found.steps["Train"].cache == CacheConfig(30 * 86400.0)


def test_nulls_and_further_members_are_taken() -> None:
    text = definition(
        training(CacheConfig=None, RetryPolicies=[], Description="d", Surprise=1),
        PipelineExperimentConfig=None,
        MlflowConfig=None,
        Something={"new": True},
    )
    assert list(checked_definition(text).steps) == ["Train"]


def test_literals_that_only_look_like_expressions_are_values() -> None:
    text = definition(function("Call", arguments={"both": {"Get": "x", "Put": "y"}, "get": ["Get"]}))
    assert list(checked_definition(text).steps) == ["Call"]


TRAINED = "Steps.Train.ModelArtifacts.S3ModelArtifacts"
NEEDS_TRAIN = training("Next", {"model": get(TRAINED)})

BROKEN: dict[str, tuple[str, str]] = {
    "not JSON": ("{", "Not a JSON document"),
    "not a structure": ("[]", "The definition: a structure is needed"),
    "another version": ('{"Version": "2019-01-01", "Steps": []}', "Version: \"2019-01-01\" is not '2020-12-01'"),
    "no steps": (definition(), "Steps: a pipeline needs one step at least"),
    "a step without a name": (definition({"Type": "Fail", "Arguments": {}}), "Steps[0].Name: a step needs a name"),
    "a step without arguments": (
        definition({"Name": "A", "Type": "Fail"}),
        "Step 'A' at Steps[0].Arguments: a structure is needed, not null",
    ),
    "two steps of one name": (
        definition(training(), condition("If", then=[training()])),
        "Step 'Train' at Steps[1].Arguments.IfSteps[0]: duplicate step name; Steps[0] has it already",
    ),
    "a type that is not there yet": (
        definition({"Name": "T", "Type": "Tuning", "Arguments": {}}),
        "Step 'T' at Steps[0].Type: Brickline does not run Tuning steps yet; it runs Training, Processing",
    ),
    "a type that never was": (
        definition({"Name": "T", "Type": "Trainig", "Arguments": {}}),
        "Step 'T' at Steps[0].Type: unknown step type 'Trainig'. Did you mean 'Training'?",
    ),
    "an unknown step in a reference": (
        definition(training("Preprocess"), training("Train", {"x": get("Steps.Preproces.TrainingJobName")})),
        "Step 'Train' at Steps[1].Arguments.HyperParameters.x: references unknown step 'Preproces'. "
        "Did you mean 'Preprocess'?",
    ),
    "an unknown step in DependsOn": (
        definition(training(DependsOn=["Nothing"])),
        "Step 'Train' at Steps[0].DependsOn: references unknown step 'Nothing'.",
    ),
    "an unknown trigger": (
        definition(training(), training("B", DependsOn=[{"Step": "Train", "Trigger": "Later"}])),
        "Step 'B' at Steps[1].DependsOn[0]: Trigger \"Later\" is none of Completed, Failed, Stopped, Any",
    ),
    "a text where a list is needed": (
        definition(training(Arguments={"InputDataConfig": "s3://bucket/data"})),
        "Step 'Train' at Steps[0].Arguments.InputDataConfig: a list is needed, not s3://bucket/data",
    ),
    "a list where a structure is needed": (
        definition(training(Arguments={"InputDataConfig": [{"DataSource": ["s3://bucket/data"]}]})),
        "Step 'Train' at Steps[0].Arguments.InputDataConfig[0].DataSource: a structure is needed",
    ),
    "a cycle": (
        definition(
            training("A", DependsOn=["C"]),
            training("B", DependsOn=["A"]),
            training("C", {"x": get("Steps.B.TrainingJobName")}),
        ),
        "the steps depend on each other in a circle: ",
    ),
    "a step that needs itself": (
        definition(training("A", {"x": get("Steps.A.TrainingJobName")})),
        "Step 'A' at Steps[0]: the steps depend on each other in a circle: A -> A",
    ),
    "an undefined parameter": (
        definition(training("Train", {"x": get("Parameters.Epoch")}), parameters=[parameter("Epochs")]),
        "Step 'Train' at Steps[0].Arguments.HyperParameters.x: parameter 'Epoch' is not defined. "
        "Did you mean 'Epochs'?",
    ),
    "a parameter in a join in a condition": (
        definition(condition("If", compare("Equals", join(get("Parameters.p")), "a"), then=[])),
        "Step 'If' at Steps[0].Arguments.Conditions[0].LeftValue.Std:Join.Values[0]: parameter 'p' is not defined.",
    ),
    "a parameter of no type": (
        definition(training(), parameters=[parameter("p", "Text")]),
        'Parameters[0]: Type: "Text" is none of String, Integer, Float, Boolean',
    ),
    "a default of another type": (
        definition(training(), parameters=[parameter("p", "Integer", "3")]),
        'Parameters[0]: DefaultValue: "3" is not of type Integer',
    ),
    "a default that is no choice": (
        definition(training(), parameters=[parameter("p", default="c", EnumValues=["a", "b"])]),
        "Parameters[0]: Parameter 'p': 'c' is none of its EnumValues (a, b)",
    ),
    "two parameters of one name": (
        definition(training(), parameters=[parameter("p"), parameter("p")]),
        "Parameters[1]: there is another parameter named 'p'",
    ),
    "an expression of nothing": (
        definition(training("Train", {"x": get("Paramters.p")})),
        "Step 'Train' at Steps[0].Arguments.HyperParameters.x: Get 'Paramters.p': begins with none of Parameters",
    ),
    "an expression that is no path": (
        definition(training("Train", {"x": get("Steps.Train[")})),
        "Step 'Train' at Steps[0].Arguments.HyperParameters.x: Get: 'Steps.Train[' is not a path",
    ),
    "a join of no list": (
        definition(training("Train", {"x": {"Std:Join": {"On": "/", "Values": "ab"}}})),
        "Step 'Train' at Steps[0].Arguments.HyperParameters.x: Std:Join needs a list of Values",
    ),
    "an unknown execution variable": (
        definition(training("Train", {"x": get("Execution.PipelineExecutionID")})),
        "there is no execution variable 'PipelineExecutionID'. Did you mean 'PipelineExecutionId'?",
    ),
    "an experiment that is null": (
        definition(training("Train", {"x": get("PipelineExperimentConfig.TrialName")}), PipelineExperimentConfig=None),
        "'PipelineExperimentConfig.TrialName' is not there: PipelineExperimentConfig is null",
    ),
    "a property that does not exist": (
        definition(training(), training("B", {"x": get("Steps.Train.ModelArtifact.S3ModelArtifacts")})),
        "Step 'B' at Steps[1].Arguments.HyperParameters.x: property 'ModelArtifact.S3ModelArtifacts' does not exist: "
        "DescribeTrainingJobResponse has no member 'ModelArtifact'. Did you mean 'ModelArtifacts'?",
    ),
    "a property of a text": (
        definition(training(), training("B", {"x": get("Steps.Train.TrainingJobName.First")})),
        "property 'TrainingJobName.First' does not exist: 'TrainingJobName' is a string",
    ),
    "a property file that does not exist": (
        definition(
            processing(),
            condition(
                "If",
                compare(
                    "LessThan",
                    {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Reprot"), "Path": "a"}},
                    1,
                ),
                then=[],
            ),
        ),
        "Step 'If' at Steps[1].Arguments.Conditions[0].LeftValue.Std:JsonGet.PropertyFile: step 'Evaluate' has no "
        "property file 'Reprot'. Did you mean 'Report'?",
    ),
    "a property file in no output": (
        definition(
            processing(PropertyFiles=[{"PropertyFileName": "R", "OutputName": "evaluatoin", "FilePath": "r.json"}])
        ),
        "Step 'Evaluate' at Steps[0].PropertyFiles: property file 'R' lies in output 'evaluatoin', which the step does "
        "not have. Did you mean 'evaluation'?",
    ),
    "a property file that is none": (
        definition(
            training("Train", {"x": {"Std:JsonGet": {"PropertyFile": get("Parameters.p"), "Path": "a"}}}),
        ),
        "Std:JsonGet: PropertyFile has to be",
    ),
    "an output that is not declared": (
        definition(function("Call", "uri:String"), training("B", {"x": get("Steps.Call.OutputParameters['url']")})),
        "step 'Call' declares no output parameter 'url'. Did you mean 'uri'?",
    ),
    "a property of a fail step": (
        definition(fail("Bad"), training("B", {"x": get("Steps.Bad.Message")})),
        "property 'Message' does not exist: a Fail step has no properties",
    ),
    "a text compared with a number": (
        definition(
            condition("If", compare("GreaterThan", get("Parameters.p"), 3), then=[]), parameters=[parameter("p")]
        ),
        "Step 'If' at Steps[0].Arguments.Conditions[0]: GreaterThan compares a String with a Number; "
        "the types have to be alike",
    ),
    "a property compared with another type, deep inside": (
        definition(
            training(),
            condition(
                "If",
                {
                    "Type": "Or",
                    "Conditions": [
                        {
                            "Type": "Not",
                            "Condition": {
                                "Type": "In",
                                "QueryValue": get("Steps.Train.BillableTimeInSeconds"),
                                "Values": [1, "two"],
                            },
                        }
                    ],
                },
                then=[],
            ),
        ),
        "Step 'If' at Steps[1].Arguments.Conditions[0].Conditions[0].Condition: In compares a Number with a String",
    ),
    "truth put in order": (
        definition(condition("If", compare("LessThan", True, False), then=[])),
        "LessThan puts values in order, which a Boolean does not have",
    ),
    "an unknown condition": (
        definition(condition("If", compare("Equal", 1, 1), then=[])),
        "Step 'If' at Steps[0].Arguments.Conditions[0]: Type \"Equal\" is none of Equals",
    ),
    "a condition without a value": (
        definition(condition("If", {"Type": "Equals", "LeftValue": 1}, then=[])),
        "Equals needs a RightValue",
    ),
    "a bad expiry": (
        definition(training(CacheConfig={"Enabled": True, "ExpireAfter": "soon"})),
        "Step 'Train' at Steps[0].CacheConfig.ExpireAfter: 'soon' is not an ISO 8601 duration",
    ),
    "a retry policy for nothing": (
        definition(training(RetryPolicies=[{"ExceptionType": ["Step.BAD"], "MaxAttempts": 2}])),
        "Step 'Train' at Steps[0].RetryPolicies[0]: ExceptionType: 'Step.BAD' is none of Step.SERVICE_FAULT",
    ),
    "a retry policy without end": (
        definition(training(RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 21}])),
        "RetryPolicies[0]: MaxAttempts: 21 is not a number from 1 to 20",
    ),
    "two retry policies for one failure": (
        definition(training(RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 2}] * 2)),
        "RetryPolicies[1]: more than one policy is for Step.THROTTLING",
    ),
    "a function without a function": (
        definition(function("Call", FunctionArn=None)),
        "Step 'Call' at Steps[0]: FunctionArn is needed",
    ),
    "an output of no type": (
        definition(callback("Ask", "a:Text")),
        "Step 'Ask' at Steps[0]: OutputParameters[0]: OutputType is none of String, Integer, Float, Boolean",
    ),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_definition_is_refused_with_the_step_and_the_place(text: str, message: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked_definition(text)
    assert refusal.value.code == "ValidationException"
    assert refusal.value.message.startswith("Unable to parse pipeline definition. ")
    assert message in refusal.value.message


@pytest.mark.parametrize(
    "path",
    [
        "ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri",
        'ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri',
        "ProcessingOutputConfig.Outputs[0].S3Output.S3Uri",
        "ProcessingInputs['input-1'].S3Input.S3Uri",
        "Environment['A_B']",
        "ProcessingJobArn",
    ],
)
def test_property_paths_of_a_processing_job(path: str) -> None:
    checked_definition(definition(processing(), training("B", {"x": get(f"Steps.Evaluate.{path}")})))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (get("Parameters.number"), 3),
        (get("Parameters.number"), 0.5),
        (JSON_GET, 1),
        (JSON_GET, "text"),
        (join("a", 1), "a/1"),
        (get("Steps.Call.OutputParameters['n']"), 1.5),
        (get("Execution.PipelineName"), "p"),
        (get("Steps.If.Outcome"), "True"),
    ],
)
def test_comparable_types(left: Any, right: Any) -> None:
    number = parameter("number", "Integer", 1)
    first = condition("If", then=[])
    second = condition("Then", compare("Equals", left, right), then=[])
    checked_definition(definition(processing(), function("Call", "n:Float"), first, second, parameters=[number]))


def test_every_sample_is_a_definition_of_this_schema() -> None:
    for sample in SAMPLES.iterdir():
        assert json.loads(sample.read_text())["Version"] == "2020-12-01"


def test_whatever_stands_in_a_definition_is_taken_or_refused_by_name() -> None:
    """Each place of each sample, with something else in it."""
    for sample in SAMPLES.iterdir():
        document = json.loads(sample.read_text())
        for holder, key in places(document):
            kept = holder[key]
            for other in (None, 7, "text", [], [7], {}, {"Get": "Steps.Train"}, {"Get": 7}, {"Std:Join": []}):
                holder[key] = other
                with contextlib.suppress(Refused):
                    checked_definition(json.dumps(document))
            holder[key] = kept


def places(value: Any) -> list[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *places(value[key]))]
