"""EventBridge and its Scheduler, by boto3, the aws CLI and both SageMaker SDKs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.clients.harness import PROGRAMS, Server, client

MEBIBYTE = 1_048_576
ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"


def boto(server: Server, service: str) -> Any:
    keys = {name.lower(): value for name, value in server.environment.items() if name.startswith("AWS_")}
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=keys["aws_access_key_id"],
        aws_secret_access_key=keys["aws_secret_access_key"],
        aws_session_token=keys["aws_session_token"],
    )


def until(find: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@pytest.mark.parametrize(
    ("generation", "program"), [("sagemaker2", "triggers_v2.py"), ("sagemaker3", "triggers_v3.py")]
)
def test_put_triggers_of_the_unmodified_sdk(server: Server, generation: str, program: str, tmp_path: Path) -> None:
    done = server.run([str(client(generation) / "python"), str(PROGRAMS / program)], cwd=tmp_path)
    assert done.stdout.rstrip().endswith("done")


def test_a_rule_of_boto3_from_event_to_log(server: Server) -> None:
    events, logs = boto(server, "events"), boto(server, "logs")
    logs.create_log_group(logGroupName="/boto3/events")
    events.create_event_bus(Name="boto3")
    pattern = json.dumps({"detail": {"n": [{"numeric": [">", 1]}]}})
    assert events.test_event_pattern(EventPattern=pattern, Event=json.dumps(_event(n=2)))["Result"] is True
    events.put_rule(Name="r", EventBusName="boto3", EventPattern=pattern, Tags=[{"Key": "a", "Value": "b"}])
    target = {
        "Id": "log",
        "Arn": "arn:aws:logs:us-east-1:123456789012:log-group:/boto3/events",
        "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"n is <n>"'},
    }
    assert events.put_targets(Rule="r", EventBusName="boto3", Targets=[target])["FailedEntryCount"] == 0
    entries = [
        {"Source": "s", "DetailType": "t", "Detail": json.dumps({"n": n}), "EventBusName": "boto3"} for n in (1, 2)
    ]
    answer = events.put_events(Entries=[*entries, {"Source": "s", "DetailType": "t", "Detail": "["}])
    assert answer["FailedEntryCount"] == 1
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [None, None, "MalformedDetail"]
    found = until(lambda: logs.filter_log_events(logGroupName="/boto3/events")["events"])
    assert [event["message"] for event in found] == ['"n is 2"']
    with pytest.raises(events.exceptions.ClientError, match="has targets"):
        events.delete_rule(Name="r", EventBusName="boto3")
    events.remove_targets(Rule="r", EventBusName="boto3", Ids=["log"])
    events.delete_rule(Name="r", EventBusName="boto3")
    events.delete_event_bus(Name="boto3")
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_event_bus(Name="boto3")


def test_an_event_may_be_almost_a_mebibyte_large(server: Server) -> None:
    events = boto(server, "events")
    most = MEBIBYTE - 1 - len("s") - len("t")
    fitting = {"Source": "s", "DetailType": "t", "Detail": json.dumps({"x": ""}).replace('""', f'"{"x" * (most - 9)}"')}
    assert len(fitting["Detail"]) == most
    assert events.put_events(Entries=[fitting])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="over the limit") as refused:
        events.put_events(Entries=[{**fitting, "Detail": fitting["Detail"] + "  "}])
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_pattern_that_is_refused_has_its_own_exception(server: Server) -> None:
    events = boto(server, "events")
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="Empty arrays are not allowed"):
        events.put_rule(Name="bad", EventPattern='{"source": []}')


def test_the_aws_command_line(server: Server) -> None:
    def aws(*words: str) -> Any:
        done = server.run([str(client("awscli") / "aws"), *words, "--output", "json"])
        return json.loads(done.stdout) if done.stdout.strip() else None

    aws("events", "put-rule", "--name", "cli", "--schedule-expression", "rate(1 day)", "--description", "daily")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    aws("events", "put-targets", "--rule", "cli", "--targets", f"Id=1,Arn={arn}")
    assert aws("events", "list-rule-names-by-target", "--target-arn", arn)["RuleNames"] == ["cli"]
    assert aws("events", "describe-rule", "--name", "cli")["ScheduleExpression"] == "rate(1 day)"
    put = aws("events", "put-events", "--entries", json.dumps([{"Source": "s", "DetailType": "t", "Detail": "{}"}]))
    assert put["FailedEntryCount"] == 0
    target = json.dumps({"Arn": arn, "RoleArn": ROLE, "Input": "{}"})
    window = '{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}'
    where = ("--name", "cli", "--target", target, "--flexible-time-window", window)
    made = aws("scheduler", "create-schedule", "--schedule-expression", "cron(0 6 ? * MON *)", *where)
    assert made["ScheduleArn"].endswith("schedule/default/cli")
    assert aws("scheduler", "get-schedule", "--name", "cli")["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 15
    aws("scheduler", "delete-schedule", "--name", "cli")
    aws("events", "remove-targets", "--rule", "cli", "--ids", "1")
    aws("events", "delete-rule", "--name", "cli")


def _event(**detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "1",
        "detail-type": "t",
        "source": "s",
        "account": "123456789012",
        "time": "2026-11-23T10:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }
