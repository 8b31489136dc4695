"""The picture of a system that real bricks hold."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from tests.console.conftest import Visitor

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.console.architecture.choice import MOST_IN_COLUMN
from brickline.console.architecture.found import find
from brickline.console.architecture.found.activity import brick_of
from brickline.console.architecture.model import Architecture
from brickline.console.visit import Visit

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    return baseplate.context()


def _find(context: Context) -> Architecture:
    return find(Visit(context, "/").call_if_there, context.baseplate.store)


def _joints(context: Context) -> set[tuple[str, str]]:
    found = _find(context)
    name = {block.arn: f"{block.kind} {block.name}" for block in found.blocks}
    return {(name[one.source], name[one.target]) for one in found.joints if one.source in name and one.target in name}


def _function(context: Context, name: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", "def handler(event, context):\n    return event\n")
    made = context.call(
        "lambda",
        "CreateFunction",
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return str(made["FunctionArn"])


def _pipeline(context: Context, name: str, *steps: object) -> str:
    definition = {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "Days", "Type": "String", "DefaultValue": "s3://flights/days/"},
            {"Name": "Group", "Type": "String", "DefaultValue": "lines"},
        ],
        "Steps": list(steps),
    }
    made = context.call(
        "sagemaker",
        "CreatePipeline",
        PipelineName=name,
        PipelineDefinition=json.dumps(definition),
        ClientRequestToken="t" * 32,
        RoleArn=ROLE,
    )
    return str(made["PipelineArn"])


def _rule(context: Context, name: str, target: str, **pattern: object) -> None:
    context.call("events", "PutRule", Name=name, EventPattern=json.dumps(pattern))
    context.call("events", "PutTargets", Rule=name, Targets=[{"Id": "1", "Arn": target, "RoleArn": ROLE}])


def test_nothing_is_an_empty_architecture(context: Context) -> None:
    assert _find(context) == Architecture([], [])


def test_rules_are_joined_to_those_whose_events_they_match(context: Context) -> None:
    for bucket in ("flights", "other"):
        context.call("s3", "CreateBucket", Bucket=bucket)
    context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="lines")
    pipeline = _pipeline(context, "Train", {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}})
    _rule(context, "uploaded", pipeline, source=["aws.s3"], detail={"bucket": {"name": [{"prefix": "fli"}]}})
    approved = {"ModelPackageGroupName": ["lines"], "ModelApprovalStatus": ["Approved"]}
    _rule(
        context,
        "approved",
        pipeline,
        source=["aws.sagemaker"],
        **{"detail-type": ["SageMaker Model Package State Change"], "detail": approved},
    )
    _rule(context, "mine", pipeline, source=["my.application"])
    assert _joints(context) == {
        ("bucket flights", "rule uploaded"),
        ("bucket flights", "pipeline Train"),
        ("group lines", "rule approved"),
        ("rule uploaded", "pipeline Train"),
        ("rule approved", "pipeline Train"),
        ("rule mine", "pipeline Train"),
    }


def test_a_pipeline_is_joined_to_what_its_steps_use(context: Context) -> None:
    function = _function(context, "tell")
    context.call("s3", "CreateBucket", Bucket="inbox")
    context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="lines")
    notifications = {
        "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}]
    }
    context.call(
        "lambda",
        "AddPermission",
        FunctionName="tell",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
    )
    context.call("s3", "PutBucketNotificationConfiguration", Bucket="inbox", NotificationConfiguration=notifications)
    register = {"ModelPackageGroupName": {"Get": "Parameters.Group"}}
    inner = {"Name": "Tell", "Type": "Lambda", "FunctionArn": function, "Arguments": {}}
    condition = {
        "Name": "IsGood",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}],
            "IfSteps": [inner],
            "ElseSteps": [],
        },
    }
    _pipeline(context, "Train", {"Name": "Register", "Type": "RegisterModel", "Arguments": register}, condition)
    assert _joints(context) == {
        ("bucket inbox", "function tell"),
        ("pipeline Train", "group lines"),
        ("pipeline Train", "function tell"),
    }


@pytest.mark.parametrize(
    ("run", "brick"),
    [
        ("arn:aws:codebuild:us-east-1:1:build/train:0-1", "arn:aws:codebuild:us-east-1:1:project/train"),
        ("arn:aws:codepipeline:us-east-1:1:train/execution/0", "arn:aws:codepipeline:us-east-1:1:train"),
        ("arn:aws:sagemaker:us-east-1:1:pipeline/P/execution/x", "arn:aws:sagemaker:us-east-1:1:pipeline/P"),
        ("arn:aws:sagemaker:us-east-1:1:model-package/g/3", "arn:aws:sagemaker:us-east-1:1:model-package-group/g"),
        ("arn:aws:s3:::flights/days/1.csv", "arn:aws:s3:::flights"),
        ("arn:aws:events:us-east-1:1:rule/r", "arn:aws:events:us-east-1:1:rule/r"),
    ],
)
def test_runs_belong_to_bricks(run: str, brick: str) -> None:
    assert brick_of(run) == brick


def test_what_just_happened_is_lit(context: Context) -> None:
    context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="lines")
    context.emit("aws.s3", "Object Created", ["arn:aws:s3:::flights"], {})
    assert "arn:aws:s3:::flights" in _find(context).lit


def test_what_has_no_room_is_named(context: Context, visitor: Visitor) -> None:
    for number in range(MOST_IN_COLUMN):
        context.call("events", "PutRule", Name=f"clock-{number}", ScheduleExpression="rate(1 day)")
    assert "There is more" not in visitor.get("/console").html
    context.call("events", "PutRule", Name="one-more", ScheduleExpression="rate(1 day)")
    page = visitor.get("/console").html
    assert '<a href="/console/events/rules">EventBridge rule</a>' in page


def test_hostile_names_are_text(context: Context, visitor: Visitor) -> None:
    hostile = '"><script>alert(1)</script>'
    definition = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}
    _pipeline(context, "Train", definition)
    context.call("events", "PutRule", Name="clock", ScheduleExpression="rate(1 day)", Description=hostile)
    context.emit("my.app", hostile, [hostile], {"state": hostile})
    page = visitor.get("/console").html
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
