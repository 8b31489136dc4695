"""Events kept, and put once more."""

from __future__ import annotations

import json

import pytest
from tests.bricks.events.conftest import Events

from brickline.baseplate import clock
from brickline.baseplate.errors import Refused

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"


def replay(events: Events, archive: str, name: str = "again", **destination: object) -> None:
    now = clock.now()
    events.call(
        "StartReplay",
        ReplayName=name,
        EventSourceArn=archive,
        EventStartTime=now - 3600,
        EventEndTime=now + 3600,
        Destination={"Arn": BUS, **destination},
    )
    events.until(lambda: events.call("DescribeReplay", ReplayName=name)["State"] == "COMPLETED")
    events.settle()


def test_an_archive_keeps_what_matches_and_a_replay_puts_it_again(events: Events) -> None:
    pattern = json.dumps({"detail": {"keep": [True]}})
    archive = events.call("CreateArchive", ArchiveName="a", EventSourceArn=BUS, EventPattern=pattern)["ArchiveArn"]
    for number in range(3):
        events.put(n=number, keep=number != 1)
    events.settle()
    described = events.call("DescribeArchive", ArchiveName="a")
    assert (described["EventCount"], described["State"], described["RetentionDays"]) == (2, "ENABLED", 0)
    assert described["SizeBytes"] > 100
    events.rule({"source": ["my.app"]})
    replay(events, archive)
    assert [(event["detail"]["n"], event["replay-name"]) for event in events.toy.inputs] == [(0, "again"), (2, "again")]
    assert events.call("DescribeArchive", ArchiveName="a")["EventCount"] == 2, "a replay is not archived"


def test_a_replay_can_be_for_some_rules_only(events: Events) -> None:
    archive = events.call("CreateArchive", ArchiveName="a", EventSourceArn=BUS)["ArchiveArn"]
    events.put(n=1)
    events.settle()
    chosen = events.rule({"source": ["my.app"]}, name="chosen")
    events.rule({"source": ["my.app"]}, name="other")
    replay(events, archive, FilterArns=[chosen])
    assert [row.origin for row in events.dispatches()] == [chosen]


def test_events_older_than_the_retention_are_gone(events: Events) -> None:
    events.call("CreateArchive", ArchiveName="a", EventSourceArn=BUS, RetentionDays=1)
    events.put_entry(Source="my.app", DetailType="t", Detail="{}", Time=clock.now() - 2 * 86400)
    events.put()
    events.settle()
    assert events.call("DescribeArchive", ArchiveName="a")["EventCount"] == 1


def test_what_is_refused(events: Events) -> None:
    archive = events.call("CreateArchive", ArchiveName="a", EventSourceArn=BUS)["ArchiveArn"]
    with pytest.raises(Refused, match="ResourceAlreadyExistsException"):
        events.call("CreateArchive", ArchiveName="a", EventSourceArn=BUS)
    with pytest.raises(Refused, match="InvalidEventPatternException"):
        events.call("CreateArchive", ArchiveName="b", EventSourceArn=BUS, EventPattern="{}")
    with pytest.raises(Refused, match="Cross event bus"):
        replay(events, archive, Arn=BUS.replace("default", "other"))
    with pytest.raises(Refused, match="does not exist"):
        replay(events, archive + "x")
    events.call("DeleteArchive", ArchiveName="a")
    assert events.call("ListArchives")["Archives"] == []
