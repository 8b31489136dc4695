"""The server is killed (SIGKILL) while events come: each one that a client was told of starts its targets once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.clients.harness import brickline
from tests.faults.test_kill import Killable, Load

ROUNDS = 4
GROUP = "/faults/events"
ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"
PIPELINE = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Id", "Type": "String"}],
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
}


def test_each_event_is_logged_once_and_starts_one_execution(tmp_path: Path) -> None:
    server = Killable(tmp_path / "data", f"sqlite:///{tmp_path / 'state.db'}")
    _set_up(server)
    told: set[str] = set()

    def put(server: Killable, _chance: random.Random) -> None:
        entry = {"Source": "faults", "DetailType": "t", "Detail": "{}"}
        told.add(server.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"])

    load, chance = Load(server, [put, put]), random.Random(3)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.1, 0.5))
        server.kill()
        server.start()
    time.sleep(0.2)
    load.stop()
    logged = _until_all(server, told)
    executions = Counter(_parameters(server))
    brickline("down", "--data", str(server.data))
    assert len(told) > ROUNDS
    assert set(logged.values()) == {1}, "an event is logged twice"
    assert executions == logged


def _set_up(server: Killable) -> None:
    server.client("logs").create_log_group(logGroupName=GROUP)
    events = server.client("events")
    arn = server.client("sagemaker").create_pipeline(
        PipelineName="faults", PipelineDefinition=json.dumps(PIPELINE), RoleArn=ROLE
    )["PipelineArn"]
    events.put_rule(Name="faults", EventPattern=json.dumps({"source": ["faults"]}))
    parameters = {"PipelineParameterList": [{"Name": "Id", "Value": "$.id"}]}
    targets = [
        {"Id": "log", "Arn": f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}", "InputPath": "$.id"},
        {"Id": "pipeline", "Arn": arn, "RoleArn": ROLE, "SageMakerPipelineParameters": parameters},
    ]
    events.put_targets(Rule="faults", Targets=targets)


def _until_all(server: Killable, told: set[str]) -> Counter[str]:
    """How often each event's id stands in the log, once all that were told of are there and nothing more comes."""
    deadline, before = time.monotonic() + 60, -1
    while True:
        pages = server.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP)
        found = Counter(json.loads(event["message"]) for page in pages for event in page["events"])
        if told <= found.keys() and len(_executions(server)) == before == found.total():
            return found
        assert time.monotonic() < deadline, (len(told), len(found))
        before = found.total()
        time.sleep(0.1)


def _executions(server: Killable) -> list[dict[str, Any]]:
    pages = server.client("sagemaker").get_paginator("list_pipeline_executions").paginate(PipelineName="faults")
    return [each for page in pages for each in page["PipelineExecutionSummaries"]]


def _parameters(server: Killable) -> list[str]:
    """The event id that each execution was started with."""
    sagemaker = server.client("sagemaker")
    return [
        sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=each["PipelineExecutionArn"])[
            "PipelineParameters"
        ][0]["Value"]
        for each in _executions(server)
    ]
