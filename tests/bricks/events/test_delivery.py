"""From an event to what it starts."""

from __future__ import annotations

import json
from typing import Any

from tests.bricks.awslambda.conftest import Functions
from tests.bricks.events.conftest import Events

from brickline.baseplate.errors import Refused

PIPELINE = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Key", "Type": "String", "DefaultValue": "none"}],
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
}
ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"


def test_a_matching_event_starts_the_target_once_with_the_whole_event(events: Events) -> None:
    events.rule({"source": ["my.app"], "detail": {"n": [1]}})
    first = events.put(n=1)
    events.put(n=2)
    events.settle()
    [event] = events.toy.inputs
    assert event["id"] == first
    assert (event["version"], event["source"], event["detail-type"]) == ("0", "my.app", "Thing Happened")
    assert (event["account"], event["region"], event["resources"]) == ("123456789012", "us-east-1", [])
    assert event["detail"] == {"n": 1}
    assert events.toy.causes == [first]


def test_an_upload_runs_a_function(events: Events) -> None:
    functions = Functions(events.context)
    arn = functions.create("def handler(event, context): print('got', event['detail']['object']['key'])")["FunctionArn"]
    events.context.call("s3", "CreateBucket", Bucket="flights")
    events.context.call(
        "s3",
        "PutBucketNotificationConfiguration",
        Bucket="flights",
        NotificationConfiguration={"EventBridgeConfiguration": {}},
    )
    events.rule({"source": ["aws.s3"], "detail": {"bucket": {"name": ["flights"]}}}, arn=arn)
    events.context.call("s3", "PutObject", Bucket="flights", Key="2026/01.csv", Body=b"x")
    functions.log("got 2026/01.csv")


def test_an_event_starts_a_pipeline_with_parameters_from_it(events: Events) -> None:
    events.context.call(
        "sagemaker",
        "CreatePipeline",
        PipelineName="p",
        PipelineDefinition=json.dumps(PIPELINE),
        ClientRequestToken="x" * 32,
        RoleArn=ROLE,
    )
    parameters = {"PipelineParameterList": [{"Name": "Key", "Value": "$.detail.key"}]}
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p"
    events.rule({"source": ["my.app"]}, arn=arn, RoleArn=ROLE, SageMakerPipelineParameters=parameters)
    events.put(key="2026/01.csv")
    events.settle()
    [execution] = _executions(events)
    given = events.context.call(
        "sagemaker", "ListPipelineParametersForExecution", PipelineExecutionArn=execution["PipelineExecutionArn"]
    )
    assert given["PipelineParameters"] == [{"Name": "Key", "Value": "2026/01.csv"}]
    [dispatch] = events.dispatches("done")
    assert dispatch.started == execution["PipelineExecutionArn"]


def _executions(events: Events) -> list[dict[str, Any]]:
    answer = events.context.call("sagemaker", "ListPipelineExecutions", PipelineName="p")
    return list(answer["PipelineExecutionSummaries"])


def test_an_event_is_written_to_a_log_group(events: Events) -> None:
    events.context.call("logs", "CreateLogGroup", logGroupName="/aws/events/all")
    events.rule({"source": ["my.app"]}, arn="arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all")
    events.put(n=1)
    events.put(n=2)
    events.settle()
    lines = events.context.call("logs", "FilterLogEvents", logGroupName="/aws/events/all")["events"]
    assert [json.loads(line["message"])["detail"] for line in lines] == [{"n": 1}, {"n": 2}]


def test_a_target_that_is_gone_is_a_dead_letter_at_once(events: Events) -> None:
    events.rule({"source": ["my.app"]}, arn="arn:aws:lambda:us-east-1:123456789012:function:gone")
    events.put()
    events.settle()
    [letter] = events.dispatches("dead")
    assert letter.attempts == 1
    assert "ResourceNotFoundException" in letter.error


def test_a_target_that_fails_is_tried_again_until_the_rule_gives_up(events: Events) -> None:
    events.toy.error = Refused("ThrottlingException", "slow down")
    events.rule({"source": ["my.app"]}, RetryPolicy={"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60})
    events.put()
    events.until(lambda: len(events.dispatches("dead")) == 1)
    [letter] = events.dispatches("dead")
    assert letter.attempts == 2
    assert letter.error == "ThrottlingException: slow down"


def test_an_event_goes_on_to_another_bus(events: Events) -> None:
    bus = events.call("CreateEventBus", Name="orders")["EventBusArn"]
    events.rule({"source": ["my.app"]}, name="on", arn=bus)
    events.rule({"account": ["123456789012"]}, bus="orders")
    first = events.put(n=1)
    events.until(lambda: len(events.toy.given) == 1)
    [event] = events.toy.inputs
    assert (event["source"], event["detail"]) == ("my.app", {"n": 1})
    assert event["id"] != first


def test_a_bus_that_forwards_to_itself_is_stopped_and_the_loop_is_told(events: Events) -> None:
    bus = events.call("CreateEventBus", Name="round")["EventBusArn"]
    events.rule({"source": ["my.app"]}, name="again", bus="round", arn=bus)
    events.put_entry(Source="my.app", DetailType="x", Detail="{}", EventBusName="round")
    events.until(lambda: len(events.dispatches("dead")) == 1, 30)
    [letter] = events.dispatches("dead")
    assert len(events.dispatches("done")) == 50
    assert letter.error.startswith("LoopDetected: 50 events follow from one another")
    assert "rule/round/again" in letter.error
