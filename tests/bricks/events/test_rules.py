"""Buses, rules, targets and tags: what is kept, shown and refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bricks.events.conftest import TOY, Events

from brickline.baseplate.errors import Refused

ACCOUNT = "arn:aws:events:us-east-1:123456789012"
PATTERN = json.dumps({"source": ["my.app"]})


def refusal(events: Events, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        events.call(operation, **request)
    return refused.value


def test_the_default_bus_is_always_there(events: Events) -> None:
    assert events.call("DescribeEventBus")["Arn"] == f"{ACCOUNT}:event-bus/default"
    events.call("CreateEventBus", Name="orders", Description="d")
    assert [bus["Name"] for bus in events.call("ListEventBuses")["EventBuses"]] == ["default", "orders"]
    assert [bus["Name"] for bus in events.call("ListEventBuses", NamePrefix="o")["EventBuses"]] == ["orders"]
    assert refusal(events, "DeleteEventBus", Name="default").message == "Cannot delete event bus default."
    assert refusal(events, "CreateEventBus", Name="orders").code == "ResourceAlreadyExistsException"
    assert refusal(events, "CreateEventBus", Name="a/b").code == "ValidationException"
    assert refusal(events, "DescribeEventBus", Name="none").message == "Event bus none does not exist."


def test_a_bus_with_rules_is_not_deleted(events: Events) -> None:
    events.call("CreateEventBus", Name="orders")
    events.call("PutRule", Name="r", EventPattern=PATTERN, EventBusName="orders")
    assert "it has rules" in refusal(events, "DeleteEventBus", Name="orders").message
    events.call("DeleteRule", Name="r", EventBusName="orders")
    events.call("DeleteEventBus", Name="orders")
    events.call("DeleteEventBus", Name="orders")


def test_permissions_of_a_bus(events: Events) -> None:
    given = {"Action": "events:PutEvents", "Principal": "111122223333"}
    events.call("PutPermission", StatementId="a", **given)
    events.call("PutPermission", StatementId="b", **{**given, "Principal": "*"})
    policy = json.loads(events.call("DescribeEventBus")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["a", "b"]
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    events.call("RemovePermission", StatementId="a")
    assert refusal(events, "RemovePermission", StatementId="a").code == "ResourceNotFoundException"
    events.call("RemovePermission", RemoveAllPermissions=True)
    assert "Policy" not in events.call("DescribeEventBus")


def test_a_rule_is_made_replaced_switched_and_deleted(events: Events) -> None:
    arn = events.call("PutRule", Name="r", EventPattern=PATTERN, Description="first")["RuleArn"]
    assert arn == f"{ACCOUNT}:rule/r"
    shown = events.call("DescribeRule", Name="r")
    assert (shown["State"], shown["EventBusName"], shown["CreatedBy"]) == ("ENABLED", "default", "123456789012")
    events.call("PutRule", Name="r", EventPattern=PATTERN, State="DISABLED")
    shown = events.call("DescribeRule", Name="r")
    assert "Description" not in shown
    assert shown["State"] == "DISABLED"
    events.call("EnableRule", Name="r")
    assert events.call("DescribeRule", Name="r")["State"] == "ENABLED"
    events.call("DeleteRule", Name="r")
    events.call("DeleteRule", Name="r")
    assert refusal(events, "DescribeRule", Name="r").message == "Rule r does not exist on EventBus default."


def test_rules_of_another_bus_have_it_in_their_arn(events: Events) -> None:
    bus = events.call("CreateEventBus", Name="orders")["EventBusArn"]
    arn = events.call("PutRule", Name="r", EventPattern=PATTERN, EventBusName=bus)["RuleArn"]
    assert arn == f"{ACCOUNT}:rule/orders/r"
    assert events.call("ListRules")["Rules"] == []
    assert [rule["Arn"] for rule in events.call("ListRules", EventBusName="orders")["Rules"]] == [arn]


def test_rules_are_listed_in_pages(events: Events) -> None:
    for name in ("b", "a", "c", "other"):
        events.call("PutRule", Name=f"x-{name}", EventPattern=PATTERN)
    first = events.call("ListRules", Limit=3)
    second = events.call("ListRules", Limit=3, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in first["Rules"] + second["Rules"]] == ["x-a", "x-b", "x-c", "x-other"]
    assert "NextToken" not in second
    assert [rule["Name"] for rule in events.call("ListRules", NamePrefix="x-o")["Rules"]] == ["x-other"]


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({}, "ValidationException", "EventPattern or ScheduleExpression must be specified"),
        ({"EventPattern": "{}"}, "InvalidEventPatternException", "Event pattern is not valid. Reason: Empty objects"),
        ({"EventPattern": PATTERN, "EventBusName": "none"}, "ResourceNotFoundException", "Event bus none"),
        ({"EventPattern": PATTERN, "Name": "a b"}, "ValidationException", "name"),
    ],
)
def test_a_rule_that_is_refused(events: Events, request_: dict[str, Any], code: str, message: str) -> None:
    refused = refusal(events, "PutRule", **{"Name": "r", **request_})
    assert refused.code == code
    assert message in refused.message


def test_targets_are_put_replaced_listed_and_removed(events: Events) -> None:
    events.call("PutRule", Name="r", EventPattern=PATTERN)
    events.call("PutTargets", Rule="r", Targets=[{"Id": "b", "Arn": TOY}, {"Id": "a", "Arn": TOY, "Input": "1"}])
    events.call("PutTargets", Rule="r", Targets=[{"Id": "a", "Arn": TOY, "Input": "2"}])
    targets = events.call("ListTargetsByRule", Rule="r")["Targets"]
    assert targets == [{"Id": "a", "Arn": TOY, "Input": "2"}, {"Id": "b", "Arn": TOY}]
    page = events.call("ListTargetsByRule", Rule="r", Limit=1)
    rest = events.call("ListTargetsByRule", Rule="r", NextToken=page["NextToken"])
    assert [target["Id"] for target in page["Targets"] + rest["Targets"]] == ["a", "b"]
    assert events.call("ListRuleNamesByTarget", TargetArn=TOY)["RuleNames"] == ["r"]
    assert "has targets" in refusal(events, "DeleteRule", Name="r").message
    removed = events.call("RemoveTargets", Rule="r", Ids=["a", "none"])
    assert removed["FailedEntryCount"] == 1
    assert removed["FailedEntries"][0]["TargetId"] == "none"
    assert refusal(events, "RemoveTargets", Rule="none", Ids=["a"]).code == "ResourceNotFoundException"


PIPELINE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": "nothing"}, "Provided Arn is not in correct format"),
        ({"Arn": PIPELINE}, f"RoleArn is required for target {PIPELINE}"),
        ({"Input": "{"}, "Input for target t is not valid JSON"),
        ({"InputPath": "detail"}, "Invalid InputPath for target t"),
        ({"InputTransformer": {"InputTemplate": '{"a": <x>}'}}, "Invalid InputTemplate for target t"),
        ({"Input": "1", "InputPath": "$"}, "Only one of Input, InputPath, or InputTransformer"),
    ],
)
def test_a_target_that_is_refused(events: Events, target: dict[str, Any], message: str) -> None:
    events.call("PutRule", Name="r", EventPattern=PATTERN)
    refused = refusal(events, "PutTargets", Rule="r", Targets=[{"Id": "t", "Arn": TOY, **target}])
    assert refused.code == "ValidationException"
    assert message in refused.message


def test_a_rule_has_at_most_five_targets(events: Events) -> None:
    events.call("PutRule", Name="r", EventPattern=PATTERN)
    targets = [{"Id": f"t{number}", "Arn": TOY} for number in range(6)]
    assert refusal(events, "PutTargets", Rule="r", Targets=targets).code == "LimitExceededException"
    events.call("PutTargets", Rule="r", Targets=targets[:5])
    assert refusal(events, "PutTargets", Rule="r", Targets=targets[5:]).code == "LimitExceededException"
    twice = [targets[0], targets[0]]
    assert "more than once" in refusal(events, "PutTargets", Rule="r", Targets=twice).message


def test_tags_of_buses_and_rules(events: Events) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    rule = events.call("PutRule", Name="r", EventPattern=PATTERN, Tags=tags)["RuleArn"]
    bus = events.call("CreateEventBus", Name="orders")["EventBusArn"]
    events.call("TagResource", ResourceARN=bus, Tags=tags)
    events.call("TagResource", ResourceARN=rule, Tags=[{"Key": "b", "Value": "2"}])
    events.call("UntagResource", ResourceARN=rule, TagKeys=["a"])
    assert events.call("ListTagsForResource", ResourceARN=rule)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert events.call("ListTagsForResource", ResourceARN=bus)["Tags"] == tags
    assert refusal(events, "ListTagsForResource", ResourceARN=rule + "x").code == "ResourceNotFoundException"


ENTRIES: list[tuple[dict[str, Any], str]] = [
    ({"Source": None}, "InvalidArgument"),
    ({"DetailType": None}, "InvalidArgument"),
    ({"Detail": None}, "InvalidArgument"),
    ({"Detail": ""}, "InvalidArgument"),
    ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
    ({"DetailType": "x" * 129}, "InvalidArgument"),
    ({"Detail": "text"}, "MalformedDetail"),
    ({"Detail": "[1]"}, "MalformedDetail"),
    ({"Detail": '{"n": NaN}'}, "MalformedDetail"),
    ({"Detail": '{"n": 9223372036854775808}'}, "MalformedDetail"),
    ({"Detail": '{"a":' * 100_000 + "1" + "}" * 100_000}, "MalformedDetail"),
]


@pytest.mark.parametrize(("members", "code"), ENTRIES, ids=[f"{code} {str(m)[:30]}" for m, code in ENTRIES])
def test_an_entry_that_is_not_taken_does_not_hold_up_the_others(
    events: Events, members: dict[str, Any], code: str
) -> None:
    good = {"Source": "my.app", "DetailType": "t", "Detail": '{"n": 9223372036854775807}'}
    bad = {name: value for name, value in {**good, **members}.items() if value is not None}
    answer = events.call("PutEvents", Entries=[good, bad, good])
    assert answer["FailedEntryCount"] == 1
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [None, code, None]


def test_requests_that_are_refused_as_a_whole(events: Events) -> None:
    assert "none has each of" in refusal(events, "PutEvents", Entries=[{"Source": "s"}]).message
    entry = {"Source": "s", "DetailType": "t", "Detail": json.dumps({"x": "y" * 600_000})}
    assert "over the limit" in refusal(events, "PutEvents", Entries=[entry, entry]).message
    assert refusal(events, "PutEvents", Entries=[entry] * 11).code == "ValidationException"


def test_an_event_for_a_bus_that_is_not_there_is_taken_and_not_heard(events: Events) -> None:
    events.rule({"source": ["my.app"]})
    assert events.put_entry(Source="my.app", DetailType="t", Detail="{}", EventBusName="none")
    events.settle()
    assert events.toy.given == []


def test_a_disabled_rule_hears_nothing(events: Events) -> None:
    events.rule({"source": ["my.app"]})
    events.call("DisableRule", Name="r")
    events.put()
    events.settle()
    events.call("EnableRule", Name="r")
    second = events.put()
    events.settle()
    assert events.toy.causes == [second]


def test_the_time_that_an_event_is_given_has_whole_seconds(events: Events) -> None:
    events.rule({"source": ["my.app"]})
    events.put_entry(Source="my.app", DetailType="t", Detail="{}", Time=1_764_000_000.75, Resources=["arn:x"])
    events.settle()
    [event] = events.toy.inputs
    assert (event["time"], event["resources"]) == ("2025-11-24T16:00:00Z", ["arn:x"])


EVENT = {
    "id": "1",
    "detail-type": "t",
    "source": "my.app",
    "account": "1",
    "time": "2026-11-23T00:00:00Z",
    "region": "r",
    "resources": [],
}


def test_test_event_pattern(events: Events) -> None:
    assert events.call("TestEventPattern", EventPattern=PATTERN, Event=json.dumps(EVENT))["Result"] is True
    other = json.dumps({**EVENT, "source": "other"})
    assert events.call("TestEventPattern", EventPattern=PATTERN, Event=other)["Result"] is False
    missing = refusal(events, "TestEventPattern", EventPattern=PATTERN, Event=json.dumps({"source": "s"}))
    assert "these members are missing: id, account" in missing.message
    assert refusal(events, "TestEventPattern", EventPattern="[]", Event="{}").code == "InvalidEventPatternException"
    assert refusal(events, "TestEventPattern", EventPattern=PATTERN, Event="{").code == "ValidationException"
