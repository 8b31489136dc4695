"""Rules with a schedule. The clock is moved, not waited for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bricks.events.conftest import TOY, Events

from brickline.baseplate import clock
from brickline.baseplate.errors import Refused

pytestmark = pytest.mark.usefixtures("noon")


def scheduled(events: Events, expression: str) -> str:
    made = events.call("PutRule", Name="s", ScheduleExpression=expression)
    events.call("PutTargets", Rule="s", Targets=[{"Id": "t", "Arn": TOY}])
    return str(made["RuleArn"])


def pass_time(events: Events, seconds: float) -> None:
    clock.move(seconds)
    events.baseplate.controllers.wake_all()


def times(events: Events) -> list[str]:
    return [each["time"] for each in events.toy.inputs]


def test_a_rule_sends_its_scheduled_event_when_it_is_due(events: Events) -> None:
    arn = scheduled(events, "cron(0 13 * * ? *)")
    pass_time(events, 3590)
    events.settle()
    assert not events.toy.given
    pass_time(events, 10)
    events.until(lambda: bool(events.toy.given))
    [event] = events.toy.inputs
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [arn]
    assert event["time"] == "2026-11-23T13:00:00Z"


def test_a_rate_counts_from_when_the_rule_was_made(events: Events) -> None:
    scheduled(events, "rate(10 minutes)")
    for number in range(1, 4):
        pass_time(events, 600)
        events.until(lambda number=number: len(events.toy.given) == number)  # type: ignore[misc]
    assert [time[11:16] for time in times(events)] == ["12:10", "12:20", "12:30"]


def test_other_rules_do_not_see_a_scheduled_event(events: Events) -> None:
    events.rule({"source": ["aws.events"]}, name="other")
    scheduled(events, "rate(1 minute)")
    pass_time(events, 60)
    events.until(lambda: bool(events.toy.given))
    events.settle()
    assert len(events.toy.given) == 1


def test_times_missed_while_the_server_was_down_count_once(open_events: Callable[[], Events]) -> None:
    first = open_events()
    scheduled(first, "rate(5 minutes)")
    first.baseplate.close()
    clock.move(1234)
    second = open_events()
    second.until(lambda: bool(second.toy.given))
    second.settle()
    assert [time[11:16] for time in times(second)] == ["12:20"]
    pass_time(second, 300)
    second.until(lambda: len(second.toy.given) == 2)
    assert [time[11:16] for time in times(second)] == ["12:20", "12:25"]


def test_a_disabled_rule_does_not_run_and_counts_anew_when_enabled(events: Events) -> None:
    scheduled(events, "rate(5 minutes)")
    events.call("DisableRule", Name="s")
    pass_time(events, 400)
    events.settle()
    assert not events.toy.given
    events.call("EnableRule", Name="s")
    pass_time(events, 299)
    events.settle()
    assert not events.toy.given
    pass_time(events, 1)
    events.until(lambda: bool(events.toy.given))


def test_a_deleted_rule_does_not_run(events: Events) -> None:
    scheduled(events, "rate(5 minutes)")
    events.call("RemoveTargets", Rule="s", Ids=["t"])
    events.call("DeleteRule", Name="s")
    pass_time(events, 400)
    events.settle()
    assert not events.toy.given


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "cron(0 12 * * * *)", "at(2026-11-23T10:00:00)", "daily"])
def test_an_expression_that_is_refused(events: Events, expression: str) -> None:
    with pytest.raises(Refused, match="Parameter ScheduleExpression is not valid"):
        events.call("PutRule", Name="s", ScheduleExpression=expression)


def test_only_the_default_bus_has_schedules(events: Events) -> None:
    events.call("CreateEventBus", Name="orders")
    with pytest.raises(Refused, match="only on the default event bus"):
        events.call("PutRule", Name="s", ScheduleExpression="rate(1 day)", EventBusName="orders")
