from __future__ import annotations

import time
from pathlib import Path

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.shipping import Line, Shipment

NOW = int(time.time() * 1000)
SHIPMENT = Shipment("/aws/sagemaker/TrainingJobs", "job/algo-1")


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    return baseplate.context()


def _stored(context: Context) -> list[str]:
    answer = context.call("logs", "FilterLogEvents", logGroupName=SHIPMENT.group)
    return [event["message"] for event in answer["events"]]


def _reader(lines: list[str]) -> object:
    """A job's output of these lines; offsets count lines."""

    def read(_folder: Path, offset: int) -> tuple[list[Line], int]:
        return [(NOW, text) for text in lines[offset:]], len(lines)

    return read


def test_the_first_lines_make_group_and_stream(context: Context) -> None:
    SHIPMENT.send(context, [(NOW, "a"), (NOW, ""), (NOW + 1, "b")])
    assert _stored(context) == ["a", " ", "b"]


def test_output_is_shipped_once_however_often_it_is_asked_for(context: Context) -> None:
    saved: list[int] = [0]
    for lines in (["a\tb"], ["a\tb", "c"], ["a\tb", "c"]):
        SHIPMENT.send_output(context, _reader(lines), Path(), saved[-1], saved.append)  # type: ignore[arg-type]
    assert _stored(context) == ["a#011b", "c"]
    assert saved == [0, 1, 2]


def test_lines_are_not_kept_where_the_offset_cannot_be_saved(context: Context) -> None:
    def save(_offset: int) -> None:
        raise OSError("killed here")

    SHIPMENT.send(context, [(NOW, "before")])
    with pytest.raises(OSError, match="killed here"):
        SHIPMENT.send_output(context, _reader(["a"]), Path(), 0, save)  # type: ignore[arg-type]
    assert _stored(context) == ["before"]


def test_long_lines_and_long_times_become_several_events(context: Context) -> None:
    SHIPMENT.send(context, [(NOW - 200_000_000, "old"), (NOW, "x" * 100_000), (NOW, "y" * 30_000)])
    assert [len(message) for message in _stored(context)] == [3, 60_000, 40_000, 30_000]


def test_a_hundred_thousand_lines_are_shipped_whole(context: Context) -> None:
    SHIPMENT.send(context, ((NOW + number // 1000, f"epoch {number} loss 0.5") for number in range(100_000)))
    stream = context.call("logs", "DescribeLogStreams", logGroupName=SHIPMENT.group)["logStreams"][0]
    assert stream["lastEventTimestamp"] == NOW + 99
    last = context.call("logs", "GetLogEvents", logGroupName=SHIPMENT.group, logStreamName=SHIPMENT.stream, limit=1)
    assert last["events"][0]["message"] == "epoch 99999 loss 0.5"
