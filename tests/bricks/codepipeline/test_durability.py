"""A server that goes and comes back: executions carry on where they were, and nothing is begun twice."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from tests.accounts import Killed, killing
from tests.bricks.codepipeline.conftest import (
    Account,
    MakeAccount,
    action,
    deploy,
    make_project,
    manual,
    pipeline,
    stage,
)

from brickline.bricks.codepipeline.action_life import ActionController
from brickline.bricks.codepipeline.actions import codebuild
from brickline.bricks.codepipeline.actions.s3_deploy import S3Deploy
from brickline.bricks.codepipeline.actions.s3_source import S3Source
from brickline.bricks.codepipeline.admission import Admission
from brickline.bricks.codepipeline.engine import ExecutionController
from brickline.bricks.codepipeline.records import Records

BUILDSPEC = "version: 0.2\nphases: {build: {commands: [date >> index.html]}}\nartifacts: {files: [index.html]}\n"


def built() -> Any:
    build = action(
        "Build",
        "Build",
        "CodeBuild",
        configuration={"ProjectName": "project"},
        inputArtifacts=[{"name": "SourceArtifact"}],
        outputArtifacts=[{"name": "Built"}],
    )
    return pipeline(stage("Build", build), stage("Deploy", {**deploy(), "inputArtifacts": [{"name": "Built"}]}))


@pytest.mark.parametrize(
    ("owner", "method", "after"),
    [
        (Admission, "_let_in", True),
        (Admission, "end", False),
        (Admission, "end", True),
        (ExecutionController, "_start", False),
        (ExecutionController, "_start", True),
        (ExecutionController, "_leave", True),
        (ActionController, "_begin_once", False),
        (ActionController, "_begin_once", True),
        (ActionController, "_finish", False),
        (ActionController, "_finish", True),
        (Records, "move_action", True),
        (S3Source, "begin", True),
        (S3Deploy, "begin", False),
        (S3Deploy, "begin", True),
        (codebuild, "start_build", True),
    ],
)
def test_a_kill_at_any_step_loses_and_doubles_nothing(
    account: Account, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, after: bool
) -> None:
    make_project(account)
    account.push({"index.html": "pushed", "buildspec.yml": BUILDSPEC})
    account.wait(account.create(pipeline(stage("Approve", manual()))), "InProgress")
    account("UpdatePipeline", pipeline=built())
    account("StopPipelineExecution", pipelineName="pipe", pipelineExecutionId=_only(account), abandon=True)
    account.wait(_only(account))
    with killing(monkeypatch, owner, method, after) as killed:
        with suppress(Killed):  # a start lets its execution into the first stage itself
            account.start(clientRequestToken="once")
        account.wait_until(lambda: bool(killed))
        account.baseplate.close()
    again = make_account()
    execution = again.start(clientRequestToken="once")
    assert again.wait(execution)["status"] == "Succeeded", again.history()
    assert again.object("index.html").startswith(b"pushed")
    assert len(again.context.call("codebuild", "ListBuilds")["ids"]) == 1
    mine = [event["detail"] for event in again.changes("Action") if event["detail"]["execution-id"] == execution]
    told = [(event["action"], event["state"]) for event in mine]
    assert told == [(name, state) for name in ("Source", "Build", "Deploy") for state in ("STARTED", "SUCCEEDED")]


def _only(account: Account) -> str:
    (execution,) = account.executions()
    return str(execution["pipelineExecutionId"])
