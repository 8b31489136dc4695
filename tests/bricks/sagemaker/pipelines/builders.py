"""Definitions in few words."""

from __future__ import annotations

import json
from typing import Any

from brickline.baseplate.brick import Shape

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/approvals"


def get(reference: str) -> Shape:
    return {"Get": reference}


def join(*values: Any, on: str = "/") -> Shape:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def definition(*steps: Shape, parameters: list[Shape] | None = None, **more: Any) -> str:
    document = {"Version": "2020-12-01", "Metadata": {}, "Parameters": parameters or [], "Steps": list(steps), **more}
    return json.dumps(document)


def parameter(name: str, kind: str = "String", default: Any = None, **more: Any) -> Shape:
    return {"Name": name, "Type": kind, **({} if default is None else {"DefaultValue": default}), **more}


def training(name: str = "Train", hyperparameters: Shape | None = None, **step: Any) -> Shape:
    arguments = {
        "AlgorithmSpecification": {"TrainingImage": "python:3.11-slim", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "RoleArn": ROLE,
        "HyperParameters": hyperparameters or {},
    }
    return {"Name": name, "Type": "Training", "Arguments": {**arguments, **step.pop("Arguments", {})}, **step}


def processing(name: str = "Evaluate", **step: Any) -> Shape:
    output = {
        "OutputName": "evaluation",
        "S3Output": {
            "S3Uri": "s3://bucket/evaluation",
            "LocalPath": "/opt/ml/processing/evaluation",
            "S3UploadMode": "EndOfJob",
        },
    }
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
    arguments = {
        "AppSpecification": {"ImageUri": "python:3.11-slim"},
        "ProcessingResources": {"ClusterConfig": cluster},
        "ProcessingOutputConfig": {"Outputs": [output]},
        "RoleArn": ROLE,
    }
    file = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}
    given = {"PropertyFiles": [file], **step}
    return {"Name": name, "Type": "Processing", "Arguments": {**arguments, **given.pop("Arguments", {})}, **given}


def function(name: str, *outputs: str, arguments: Shape | None = None, **step: Any) -> Shape:
    """A Lambda step; outputs as `name:Type`."""
    declared = [dict(zip(("OutputName", "OutputType"), output.split(":"), strict=True)) for output in outputs]
    return {
        "Name": name,
        "Type": "Lambda",
        "Arguments": arguments or {},
        "FunctionArn": FUNCTION,
        "OutputParameters": declared,
        **step,
    }


def callback(name: str, *outputs: str, arguments: Shape | None = None, **step: Any) -> Shape:
    made = function(name, *outputs, arguments=arguments, **step)
    del made["FunctionArn"]
    return {**made, "Type": "Callback", "SqsQueueUrl": QUEUE}


def condition(name: str, *conditions: Shape, then: list[Shape], otherwise: list[Shape] | None = None) -> Shape:
    arguments = {"Conditions": list(conditions), "IfSteps": then, "ElseSteps": otherwise or []}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def compare(kind: str, left: Any, right: Any) -> Shape:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def fail(name: str, message: Any = "no") -> Shape:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def register(name: str = "Register", **arguments: Any) -> Shape:
    return {
        "Name": name,
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": "group",
            "ModelApprovalStatus": "PendingManualApproval",
            **arguments,
        },
    }
