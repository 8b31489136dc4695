from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

GROUP = "/aws/sagemaker/TrainingJobs"
STREAM = "job/algo-1-1700000000"
PLACE = {"logGroupName": GROUP, "logStreamName": STREAM}
NOW = int(time.time() * 1000)


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    return baseplate.context()


@pytest.fixture
def logs(context: Context) -> Callable[..., dict[str, Any]]:
    """Calls of the service; the group and the stream of these tests are there."""

    def call(operation: str, **request: Any) -> dict[str, Any]:
        return context.call("logs", operation, **request)

    call("CreateLogGroup", logGroupName=GROUP)
    call("CreateLogStream", **PLACE)
    return call


def _lines(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{"timestamp": NOW + number, "message": f"line {number}"} for number in range(start, start + count)]


def _messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def _refused(code: str, call: Callable[..., Any], *arguments: Any, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        call(*arguments, **request)
    assert refused.value.code == code
    return refused.value


def test_groups_and_streams_are_made_once(logs: Callable[..., Any]) -> None:
    _refused("ResourceAlreadyExistsException", logs, "CreateLogGroup", logGroupName=GROUP)
    _refused("ResourceAlreadyExistsException", logs, "CreateLogStream", **PLACE)


def test_put_log_events_makes_neither_group_nor_stream(logs: Callable[..., Any]) -> None:
    one = _lines(1)
    _refused("ResourceNotFoundException", logs, "PutLogEvents", logGroupName="other", logStreamName="s", logEvents=one)
    _refused("ResourceNotFoundException", logs, "PutLogEvents", logGroupName=GROUP, logStreamName="s", logEvents=one)


def test_a_reader_from_the_head_stops_when_the_forward_token_stays_the_same(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=_lines(5))
    first = logs("GetLogEvents", **PLACE, startFromHead=True, limit=3)
    second = logs("GetLogEvents", **PLACE, startFromHead=True, nextToken=first["nextForwardToken"])
    end = logs("GetLogEvents", **PLACE, startFromHead=True, nextToken=second["nextForwardToken"])
    assert _messages(first) + _messages(second) == [f"line {number}" for number in range(5)]
    assert end["events"] == []
    assert end["nextForwardToken"] == second["nextForwardToken"]
    logs("PutLogEvents", **PLACE, logEvents=_lines(1, start=5))
    assert _messages(logs("GetLogEvents", **PLACE, nextToken=end["nextForwardToken"])) == ["line 5"]


def test_a_reader_gets_the_newest_events_first_and_pages_back(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=_lines(5))
    newest = logs("GetLogEvents", **PLACE, limit=2)
    before = logs("GetLogEvents", **PLACE, limit=9, nextToken=newest["nextBackwardToken"])
    start = logs("GetLogEvents", **PLACE, nextToken=before["nextBackwardToken"])
    assert _messages(newest) == ["line 3", "line 4"]
    assert _messages(before) == ["line 0", "line 1", "line 2"]
    assert start["events"] == []
    assert start["nextBackwardToken"] == before["nextBackwardToken"]


def test_get_log_events_takes_a_time_range_without_its_end(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=_lines(5))
    assert _messages(logs("GetLogEvents", **PLACE, startTime=NOW + 1, endTime=NOW + 3)) == ["line 1", "line 2"]
    _refused("InvalidParameterException", logs, "GetLogEvents", **PLACE, nextToken="f/x")


def test_a_page_of_events_holds_no_more_than_a_mebibyte(logs: Callable[..., Any]) -> None:
    for number in range(3):
        logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW + number, "message": "x" * 600_000}])
    assert len(logs("GetLogEvents", **PLACE, startFromHead=True)["events"]) == 1


@pytest.mark.parametrize(
    ("events", "word"),
    [
        ([{"timestamp": NOW, "message": "b"}, {"timestamp": NOW - 1, "message": "a"}], "chronological"),
        ([{"timestamp": NOW - 90_000_000, "message": "a"}, {"timestamp": NOW, "message": "b"}], "24 hours"),
        ([{"timestamp": NOW, "message": "x" * 1_048_576}], "too large"),
    ],
)
def test_a_bad_batch_is_refused(logs: Callable[..., Any], events: list[dict[str, Any]], word: str) -> None:
    assert word in _refused("InvalidParameterException", logs, "PutLogEvents", **PLACE, logEvents=events).message


def test_events_too_old_or_too_new_are_told(logs: Callable[..., Any]) -> None:
    old = NOW - 15 * 86_400_000
    answer = logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": old, "message": "old"}])
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    new = [{"timestamp": NOW, "message": "now"}, {"timestamp": NOW + 3 * 3_600_000, "message": "new"}]
    assert logs("PutLogEvents", **PLACE, logEvents=new)["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert _messages(logs("GetLogEvents", **PLACE)) == ["now"]


def test_retention_hides_and_drops_what_has_passed_it(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW - 3 * 86_400_000, "message": "three days old"}])
    logs("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=1)
    assert logs("GetLogEvents", **PLACE)["events"] == []
    assert logs("DescribeLogGroups")["logGroups"][0]["retentionInDays"] == 1
    logs("DeleteRetentionPolicy", logGroupName=GROUP)
    assert logs("GetLogEvents", **PLACE)["events"] == []
    _refused("InvalidParameterException", logs, "PutRetentionPolicy", logGroupName=GROUP, retentionInDays=2)


def test_filter_reads_all_streams_in_the_order_of_time(logs: Callable[..., Any]) -> None:
    logs("CreateLogStream", logGroupName=GROUP, logStreamName="other")
    logs(
        "PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW, "message": "a"}, {"timestamp": NOW + 2, "message": "c"}]
    )
    logs("PutLogEvents", logGroupName=GROUP, logStreamName="other", logEvents=[{"timestamp": NOW + 1, "message": "b"}])
    assert _messages(logs("FilterLogEvents", logGroupName=GROUP)) == ["a", "b", "c"]
    assert _messages(logs("FilterLogEvents", logGroupName=GROUP, logStreamNames=["other"])) == ["b"]
    assert _messages(logs("FilterLogEvents", logGroupName=GROUP, logStreamNamePrefix="job/")) == ["a", "c"]
    assert _messages(logs("FilterLogEvents", logGroupName=GROUP, startTime=NOW + 1, endTime=NOW + 2)) == ["b", "c"]
    by_arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    assert _messages(logs("FilterLogEvents", logGroupIdentifier=by_arn, filterPattern="-b")) == ["a", "c"]
    _refused("ResourceNotFoundException", logs, "FilterLogEvents", logGroupName=GROUP, logStreamNames=["no"])
    _refused("InvalidParameterException", logs, "FilterLogEvents", logGroupName=GROUP, filterPattern='"open')


def test_filter_pages_neither_repeat_nor_skip(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW, "message": f"m{number}"} for number in range(7)])
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = logs("FilterLogEvents", logGroupName=GROUP, filterPattern="-m3", limit=2, **token)
        seen += _messages(answer)
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert seen == ["m0", "m1", "m2", "m4", "m5", "m6"]


def test_streams_are_listed_by_name_or_by_their_last_event(logs: Callable[..., Any]) -> None:
    for name, moment in (("b", NOW + 5), ("a", NOW + 9)):
        logs("CreateLogStream", logGroupName=GROUP, logStreamName=name)
        event = {"timestamp": moment, "message": name}
        logs("PutLogEvents", logGroupName=GROUP, logStreamName=name, logEvents=[event])

    def names(**request: Any) -> list[str]:
        return [row["logStreamName"] for row in logs("DescribeLogStreams", logGroupName=GROUP, **request)["logStreams"]]

    assert names() == ["a", "b", STREAM]
    assert names(orderBy="LastEventTime", descending=True) == ["a", "b", STREAM]
    assert names(orderBy="LastEventTime") == [STREAM, "b", "a"]
    assert names(logStreamNamePrefix="job/") == [STREAM]
    first = logs("DescribeLogStreams", logGroupName=GROUP, limit=2, descending=True)
    assert names(limit=2, descending=True, nextToken=first["nextToken"]) == ["a"]
    _refused(
        "InvalidParameterException",
        logs,
        "DescribeLogStreams",
        logGroupName=GROUP,
        orderBy="LastEventTime",
        logStreamNamePrefix="a",
    )


def test_a_group_tells_its_size_class_and_arns(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW, "message": "four"}])
    group = logs("DescribeLogGroups", logGroupNamePrefix="/aws/sage")["logGroups"][0]
    assert group["arn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*"
    assert group["logGroupArn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    assert (group["storedBytes"], group["logGroupClass"]) == (30, "STANDARD")
    assert isinstance(group["creationTime"], int)


def test_a_deleted_group_takes_its_streams_and_events_along(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=_lines(3))
    logs("DeleteLogGroup", logGroupName=GROUP)
    _refused("ResourceNotFoundException", logs, "GetLogEvents", **PLACE)
    logs("CreateLogGroup", logGroupName=GROUP)
    logs("CreateLogStream", **PLACE)
    assert logs("GetLogEvents", **PLACE)["events"] == []
    logs("DeleteLogStream", **PLACE)
    _refused("ResourceNotFoundException", logs, "GetLogEvents", **PLACE)


def test_tags_by_arn_and_by_name_are_the_same(logs: Callable[..., Any]) -> None:
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    logs("TagResource", resourceArn=arn, tags={"team": "ml", "stage": "one"})
    logs("UntagLogGroup", logGroupName=GROUP, tags=["stage"])
    assert logs("ListTagsForResource", resourceArn=arn)["tags"] == {"team": "ml"}
    assert logs("ListTagsLogGroup", logGroupName=GROUP)["tags"] == {"team": "ml"}


def test_messages_that_no_database_could_hold_are_kept_readable(logs: Callable[..., Any]) -> None:
    logs("PutLogEvents", **PLACE, logEvents=[{"timestamp": NOW, "message": "half \ud800 pair, nul \0"}])
    assert _messages(logs("GetLogEvents", **PLACE)) == ["half ? pair, nul \ufffd"]
