from __future__ import annotations

import pytest

from brickline.baseplate import clock
from brickline.baseplate.house import Baseplate
from brickline.console.tails import Line, marked, tail
from brickline.console.visit import Visit


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        (["Traceback (most recent call last):", "ValueError: no", "exit"], 1),
        (["ValueError: first", "again", "my.module.TrainError: second"], 2),
        (["2026-01-01 ERROR    it broke", "bye"], 0),
        (["gcc: error: no such file"], 0),
        (["all is well", "errors=0"], None),
        ([], None),
    ],
)
def test_the_last_line_that_tells_of_a_failure_is_marked(lines: list[str], failing: int | None) -> None:
    found = [index for index, line in enumerate(marked([Line(text) for text in lines])) if line.is_failure]
    assert found == ([] if failing is None else [failing])


def test_the_newest_lines_of_the_streams_that_were_written_to_last(baseplate: Baseplate) -> None:
    context = baseplate.context()
    now = int(clock.now() * 1000)
    context.call("logs", "CreateLogGroup", logGroupName="group")
    for number in range(12):
        name = f"stream-{number:02}"
        context.call("logs", "CreateLogStream", logGroupName="group", logStreamName=name)
        event = {"timestamp": now + number, "message": f"line {number}"}
        context.call("logs", "PutLogEvents", logGroupName="group", logStreamName=name, logEvents=[event])
    visit = Visit(context, "/")
    assert [line.text for line in tail(visit, "group").lines] == [f"line {number}" for number in range(4, 12)]
    assert [line.text for line in tail(visit, "group", "stream-03").lines] == ["line 3"]
    assert tail(visit, "group", "stream-03").address == "/console/logs?group=group&stream=stream-03"
    assert tail(visit, "nothing").lines == []
