"""why and rules: the questions that a person has of events."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import call

from brickline.cli.common import client

ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"
PERSON = "arn:aws:sts::123456789012:assumed-role/SageMakerExecutionRole/brickline"
PIPELINE = {
    "Version": "2020-12-01",
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
}


@pytest.fixture(scope="module")
def events(data: Path) -> Any:
    """A rule that starts a pipeline, and one whose target is gone."""
    sagemaker, events = client(data, "sagemaker"), client(data, "events")
    arn = sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=json.dumps(PIPELINE), RoleArn=ROLE)[
        "PipelineArn"
    ]
    events.put_rule(Name="start-p", EventPattern=json.dumps({"source": ["my.app"], "detail": {"go": [True]}}))
    transformer = {"InputPathsMap": {"go": "$.detail.go"}, "InputTemplate": '{"went": <go>}'}
    events.put_targets(
        Rule="start-p", Targets=[{"Id": "pipeline", "Arn": arn, "RoleArn": ROLE, "InputTransformer": transformer}]
    )
    events.put_rule(Name="gone", EventPattern=json.dumps({"source": ["my.other"]}))
    gone = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    events.put_targets(Rule="gone", Targets=[{"Id": "f", "Arn": gone}])
    return events


def put(events: Any, source: str, **detail: Any) -> str:
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps(detail)}
    return str(events.put_events(Entries=[entry])["Entries"][0]["EventId"])


def until(data: Path, text: str, *words: str) -> str:
    """What the command says, once that has the text in it."""
    deadline = time.monotonic() + 20
    while True:
        said = call(*words, "--data", str(data)).stdout
        if text in said:
            return said
        assert time.monotonic() < deadline, said
        time.sleep(0.1)


def test_why_leads_from_an_execution_to_the_person_and_from_the_event_to_the_execution(data: Path, events: Any) -> None:
    event = put(events, "my.app", go=True)
    said = until(data, "/execution/", "why", event)
    assert f"because of  {PERSON}" in said
    execution = next(word for word in said.split() if "/execution/" in word)
    lines = call("why", "--data", str(data), execution).stdout.splitlines()
    assert lines[0].startswith(execution)
    assert "rule/start-p -> " in lines[1]
    assert f"event {event}  my.app  Test" in lines[2]
    assert PERSON in lines[3]


def test_why_of_nothing_says_so(data: Path) -> None:
    done = call("why", "--data", str(data), "arn:aws:nothing:us-east-1:123456789012:x")
    assert done.returncode == 1
    assert "is neither the ARN of anything here nor the id of an event" in done.stderr


def test_rules_are_tried_on_an_event_and_start_nothing(data: Path, events: Any, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"source": "my.app", "detail-type": "Test", "detail": {"go": True, "tried": 1}}))
    before = len(client(data, "sagemaker").list_pipeline_executions(PipelineName="p")["PipelineExecutionSummaries"])
    done = call("rules", "test", "--data", str(data), str(file))
    assert done.stdout.splitlines() == [
        "start-p",
        "  pipeline -> arn:aws:sagemaker:us-east-1:123456789012:pipeline/p",
        '    input: {"went": true}',
        f'    RoleArn: "{ROLE}"',
        "1 of 2 rules of bus default match",
    ]
    after = len(client(data, "sagemaker").list_pipeline_executions(PipelineName="p")["PipelineExecutionSummaries"])
    assert after == before


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_that_is_no_event_is_refused(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(text)
    done = call("rules", "test", "--data", str(data), str(file))
    assert done.returncode == 1
    assert str(file) in done.stderr


def test_dead_letters_are_listed(data: Path, events: Any) -> None:
    event = put(events, "my.other")
    said = until(data, event, "rules", "dead-letters")
    assert "rule/gone -> arn:aws:lambda:us-east-1:123456789012:function:gone" in said
    assert "ResourceNotFoundException" in said
