"""Schedules run when they say, once. The clock is moved, not waited for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.bricks.scheduler.conftest import NOON, ROLE, Scheduler

from brickline.baseplate import clock
from brickline.baseplate.errors import Refused
from brickline.baseplate.resources import Resources
from brickline.bricks.scheduler.kinds import SCHEDULE


def times(scheduler: Scheduler) -> list[str]:
    return [json.loads(delivery.payload)["time"][11:16] for delivery in scheduler.given]


def test_a_schedule_that_says_when_runs_once(scheduler: Scheduler) -> None:
    arn = scheduler.create("at(2026-11-23T13:00:00)")
    scheduler.move_to("12:59:59")
    assert scheduler.rest() == 0
    scheduler.move_to("13:00:00")
    [delivery] = scheduler.until(1)
    event = json.loads(delivery.payload)
    assert (event["source"], event["detail-type"], event["resources"]) == ("aws.scheduler", "Scheduled Event", [arn])
    scheduler.move_to("2026-11-24T13:00:00")
    assert scheduler.rest() == 1
    assert scheduler.call("GetSchedule", Name="s")["State"] == "ENABLED"


def test_a_schedule_can_delete_itself_when_it_is_complete(scheduler: Scheduler) -> None:
    scheduler.create("at(2026-11-23T13:00:00)", ActionAfterCompletion="DELETE")
    scheduler.move_to("13:00:00")
    scheduler.until(1)
    with pytest.raises(Refused, match="does not exist"):
        scheduler.call("GetSchedule", Name="s")


def test_a_rate_begins_at_once_and_goes_on(scheduler: Scheduler) -> None:
    scheduler.create("rate(1 hour)")
    for number, moment in enumerate(("12:00:30", "13:00:30", "14:00:30"), 1):
        scheduler.move_to(moment)
        scheduler.until(number)
    assert times(scheduler) == ["12:00", "13:00", "14:00"]


def test_a_rate_with_a_start_and_an_end(scheduler: Scheduler) -> None:
    scheduler.create("rate(30 minutes)", StartDate=NOON + 3600, EndDate=NOON + 2 * 3600)
    for number, moment in enumerate(("13:00", "13:30", "14:00"), 1):
        scheduler.move_to(f"{moment}:00")
        scheduler.until(number)
    scheduler.move_to("14:30:00")
    assert scheduler.rest() == 3
    assert times(scheduler) == ["13:00", "13:30", "14:00"]


def test_cron_in_a_time_zone_across_the_change_of_clocks(scheduler: Scheduler) -> None:
    scheduler.move_to("2026-03-07T00:00:00")
    scheduler.create("cron(30 2 * * ? *)", ScheduleExpressionTimezone="America/New_York")
    for number, moment in enumerate(("2026-03-07T07:30:00", "2026-03-09T06:30:00"), 1):
        scheduler.move_to(moment)
        scheduler.until(number)
    # On 8 March 02:30 does not exist in New York: it was skipped.
    assert [json.loads(each.payload)["time"] for each in scheduler.given] == [
        "2026-03-07T07:30:00Z",
        "2026-03-09T06:30:00Z",
    ]


def test_times_missed_while_the_server_was_down_count_once(open_scheduler: Callable[[], Scheduler]) -> None:
    first = open_scheduler()
    first.create("cron(0 * * * ? *)")
    first.baseplate.close()
    clock.move(5.5 * 3600)
    second = open_scheduler()
    second.until(1)
    assert second.rest() == 1
    assert times(second) == ["17:00"]


def test_what_was_missed_too_long_ago_is_passed_over(open_scheduler: Callable[[], Scheduler]) -> None:
    first = open_scheduler()
    first.create("at(2026-11-23T13:00:00)", target={"RetryPolicy": {"MaximumEventAgeInSeconds": 600}})
    first.baseplate.close()
    clock.move(2 * 3600)
    second = open_scheduler()
    assert second.rest() == 0


def test_a_flexible_window_spreads_the_time(scheduler: Scheduler) -> None:
    for number in range(20):
        scheduler.create(
            "at(2026-11-23T13:00:00)",
            name=f"s{number}",
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60},
        )
    schedules = Resources(scheduler.baseplate, SCHEDULE).all(scheduler.context, "default")
    runs = [schedule.private["run"] - NOON for schedule in schedules]
    assert all(3600 <= run <= 7200 for run in runs)
    assert max(runs) - min(runs) > 600
    scheduler.move_to("14:00:00")
    scheduler.until(20)
    assert set(times(scheduler)) == {"13:00"}


def test_keywords_are_replaced(scheduler: Scheduler) -> None:
    text = {
        "arn": "<aws.scheduler.schedule-arn>",
        "time": "<aws.scheduler.scheduled-time>",
        "id": "<aws.scheduler.execution-id>",
        "attempt": "<aws.scheduler.attempt-number>",
    }
    arn = scheduler.create("at(2026-11-23T13:00:00)", target={"Input": json.dumps(text)})
    scheduler.move_to("13:00:00")
    [delivery] = scheduler.until(1)
    given = json.loads(delivery.payload)
    assert given == {"arn": arn, "time": "2026-11-23T13:00:00Z", "id": delivery.token, "attempt": "1"}


def test_an_update_replaces_all_of_it(scheduler: Scheduler) -> None:
    scheduler.create("at(2026-11-23T13:00:00)", Description="first", State="DISABLED")
    scheduler.call(
        "UpdateSchedule",
        Name="s",
        ScheduleExpression="at(2026-11-23T14:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:toy:us-east-1:123456789012:thing/b", "RoleArn": ROLE},
    )
    found = scheduler.call("GetSchedule", Name="s")
    assert "Description" not in found
    assert (found["State"], found["ScheduleExpression"]) == ("ENABLED", "at(2026-11-23T14:00:00)")
    scheduler.move_to("14:00:00")
    [delivery] = scheduler.until(1)
    assert delivery.arn.endswith("thing/b")


def test_a_disabled_schedule_does_not_run(scheduler: Scheduler) -> None:
    scheduler.create("at(2026-11-23T13:00:00)", State="DISABLED")
    scheduler.move_to("13:00:00")
    assert scheduler.rest() == 0


def test_a_universal_target_calls_an_operation(scheduler: Scheduler) -> None:
    scheduler.create(
        "at(2026-11-23T13:00:00)",
        target={
            "Arn": "arn:aws:scheduler:::aws-sdk:s3:createBucket",
            "Input": json.dumps({"Bucket": "made-by-the-clock"}),
        },
    )
    scheduler.move_to("13:00:00")
    for _ in range(200):
        names = [bucket["Name"] for bucket in scheduler.context.call("s3", "ListBuckets")["Buckets"]]
        if names:
            break
        scheduler.rest()
    assert names == ["made-by-the-clock"]


def test_an_event_bus_as_target(scheduler: Scheduler) -> None:
    toy = "arn:aws:toy:us-east-1:123456789012:thing/by-event"
    pattern = json.dumps({"source": ["my.clock"]})
    scheduler.context.call("events", "PutRule", Name="r", EventPattern=pattern)
    scheduler.context.call("events", "PutTargets", Rule="r", Targets=[{"Id": "t", "Arn": toy}])
    scheduler.create(
        "at(2026-11-23T13:00:00)",
        target={
            "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/default",
            "EventBridgeParameters": {"Source": "my.clock", "DetailType": "Tick"},
            "Input": json.dumps({"n": 1}),
        },
    )
    scheduler.move_to("13:00:00")
    [delivery] = scheduler.until(1)
    event = json.loads(delivery.payload)
    assert (event["source"], event["detail-type"], event["detail"]) == ("my.clock", "Tick", {"n": 1})


def test_groups_and_lists(scheduler: Scheduler) -> None:
    scheduler.call("CreateScheduleGroup", Name="nightly", Tags=[{"Key": "a", "Value": "b"}])
    scheduler.create("rate(1 day)", name="one", GroupName="nightly")
    scheduler.create("rate(1 day)", name="two", State="DISABLED")
    assert _names(scheduler.call("ListSchedules")) == ["one", "two"]
    assert _names(scheduler.call("ListSchedules", GroupName="nightly")) == ["one"]
    assert _names(scheduler.call("ListSchedules", State="DISABLED")) == ["two"]
    assert _names(scheduler.call("ListSchedules", NamePrefix="t")) == ["two"]
    groups = scheduler.call("ListScheduleGroups")["ScheduleGroups"]
    assert [group["Name"] for group in groups] == ["default", "nightly"]
    scheduler.call("DeleteScheduleGroup", Name="nightly")
    assert _names(scheduler.call("ListSchedules")) == ["two"]
    with pytest.raises(Refused, match="default cannot be deleted"):
        scheduler.call("DeleteScheduleGroup", Name="default")


def _names(answer: dict[str, Any]) -> list[str]:
    return [each["Name"] for each in answer["Schedules"]]


def test_get_shows_the_defaults(scheduler: Scheduler) -> None:
    arn = scheduler.create("rate(5 minutes)")
    found = scheduler.call("GetSchedule", Name="s")
    assert found["Arn"] == arn == "arn:aws:scheduler:us-east-1:123456789012:schedule/default/s"
    assert found["GroupName"] == "default"
    assert found["ScheduleExpressionTimezone"] == "UTC"
    assert found["ActionAfterCompletion"] == "NONE"
    assert found["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


def test_the_same_token_creates_once(scheduler: Scheduler) -> None:
    first = scheduler.create("rate(5 minutes)", ClientToken="t")
    assert scheduler.create("rate(5 minutes)", ClientToken="t") == first
    with pytest.raises(Refused) as refused:
        scheduler.create("rate(5 minutes)")
    assert (refused.value.code, refused.value.status) == ("ConflictException", 409)


@pytest.mark.parametrize(
    ("expression", "members", "reason"),
    [
        ("daily", {}, "Invalid Schedule Expression daily"),
        ("cron(0 10 * * * *)", {}, "Invalid Schedule Expression"),
        ("rate(1 day)", {"ScheduleExpressionTimezone": "Mars/Olympus"}, "no time zone"),
        ("rate(1 day)", {"StartDate": NOON, "EndDate": NOON}, "EndDate"),
        ("rate(1 day)", {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ("rate(1 day)", {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "MaximumWindowInMinutes"),
        ("rate(1 day)", {"target": {"Arn": "no-arn"}}, "not in correct format"),
        ("rate(1 day)", {"target": {"Arn": "arn:aws:scheduler:::aws-sdk:s3:noSuchThing"}}, "no operation noSuchThing"),
        ("rate(1 day)", {"target": {"Arn": "arn:aws:scheduler:::aws-sdk:nothing:x"}}, "of a service nothing"),
        (
            "rate(1 day)",
            {"target": {"Arn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p"}},
            "SageMakerPipeline",
        ),
        ("rate(1 day)", {"target": {"Arn": "arn:aws:lambda:us-east-1:1:function:f", "Input": "{"}}, "Target.Input"),
    ],
)
def test_a_schedule_that_is_refused(scheduler: Scheduler, expression: str, members: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        scheduler.create(expression, **members)
    assert refused.value.code == "ValidationException"


def test_a_pipeline_gets_the_scheduled_time_as_a_parameter(scheduler: Scheduler) -> None:
    definition = {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "when", "Type": "String"}],
        "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
    }
    made = scheduler.context.call(
        "sagemaker",
        "CreatePipeline",
        PipelineName="p",
        PipelineDefinition=json.dumps(definition),
        ClientRequestToken="x" * 32,
        RoleArn=ROLE,
    )
    parameters = [{"Name": "when", "Value": "<aws.scheduler.scheduled-time>"}]
    target = {"Arn": made["PipelineArn"], "SageMakerPipelineParameters": {"PipelineParameterList": parameters}}
    scheduler.create("at(2026-11-23T13:00:00)", target=target)
    scheduler.move_to("13:00:00")
    for _ in range(200):
        found = scheduler.context.call("sagemaker", "ListPipelineExecutions", PipelineName="p")
        if found["PipelineExecutionSummaries"]:
            break
        scheduler.rest()
    [execution] = found["PipelineExecutionSummaries"]
    arn = execution["PipelineExecutionArn"]
    given = scheduler.context.call("sagemaker", "ListPipelineParametersForExecution", PipelineExecutionArn=arn)
    assert given["PipelineParameters"] == [{"Name": "when", "Value": "2026-11-23T13:00:00Z"}]
