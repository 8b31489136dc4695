"""Log groups, streams, searches."""

from __future__ import annotations

import pytest
from tests.console.conftest import Visitor

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate

GROUP = "/aws/lambda/tell"


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    context = baseplate.context()
    context.call("logs", "CreateLogGroup", logGroupName=GROUP)
    context.call("logs", "CreateLogStream", logGroupName=GROUP, logStreamName="[1]a/b")
    now = round(clock.now() * 1000)
    lines = [f"line {number}" for number in range(600)] + ["ValueError: <b>no</b>"]
    events = [{"timestamp": now - 601 + place, "message": line} for place, line in enumerate(lines)]
    context.call("logs", "PutLogEvents", logGroupName=GROUP, logStreamName="[1]a/b", logEvents=events)
    return context


def test_groups_lead_to_streams_and_lines(visitor: Visitor, context: Context) -> None:
    assert GROUP in visitor.get("/console/logs").text
    assert "[1]a/b" in visitor.get(f"/console/logs?group={GROUP}").text
    page = visitor.get(f"/console/logs?group={GROUP}&stream=%5B1%5Da/b")
    assert "line 599" in page.text
    assert "line 100 " not in page.text
    assert "<mark>ValueError: &lt;b&gt;no&lt;/b&gt;</mark>" in page.html
    assert "Earlier lines" in page.text


def test_a_group_is_searched_by_the_services_patterns(visitor: Visitor, context: Context) -> None:
    page = visitor.get(f"/console/logs?group={GROUP}&pattern=ValueError&since=1h")
    assert "ValueError: <b>no</b>" in page.text
    assert "line 1" not in page.text
    assert "No line is like that" in visitor.get(f"/console/logs?group={GROUP}&pattern=nothing").text


def test_a_pattern_that_is_wrong_says_so(visitor: Visitor, context: Context) -> None:
    page = visitor.get(f"/console/logs?group={GROUP}&pattern=%7B+%24.a")
    assert page.status == 400
    assert "InvalidParameterException" in page.text


def test_a_group_that_is_not_there_is_404(visitor: Visitor, context: Context) -> None:
    assert visitor.get("/console/logs?group=nothing").status == 404
