"""Executions, run for real."""

from __future__ import annotations

import pytest
from tests.bricks.codepipeline.conftest import STORE, Account, deploy, manual, pipeline, stage

from brickline.baseplate.errors import Refused


def test_a_new_pipeline_runs_from_its_source_to_its_deployment(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    found = account.wait(execution)
    assert found["status"] == "Succeeded", account.history()
    assert account.object("index.html") == b"first"
    assert found["trigger"]["triggerType"] == "CreatePipeline"
    assert [one["name"] for one in found["artifactRevisions"]] == ["SourceArtifact"]
    (key,) = account.keys(bucket=STORE)
    assert key.startswith("pipe/SourceArti/")
    assert len(key.rpartition("/")[2]) == 7


def test_an_approved_execution_goes_on(account: Account) -> None:
    execution = account.create(pipeline(stage("Approve", manual()), stage("Deploy", deploy())))
    account.approve(account.wait_for_approval(execution))
    assert account.wait(execution)["status"] == "Succeeded"


def test_a_rejected_execution_fails(account: Account) -> None:
    execution = account.create(pipeline(stage("Approve", manual()), stage("Deploy", deploy())))
    account.approve(account.wait_for_approval(execution), "Rejected")
    assert account.wait(execution)["status"] == "Failed"
    assert account.action("Approve", "Manual")["errorDetails"]["message"] == "Rejected: looked at"
    assert account.state()["Approve"]["latestExecution"]["status"] == "Failed"
    assert "latestExecution" not in account.state()["Deploy"]


def test_lists_have_pages_and_refuse_tokens_that_are_none(account: Account) -> None:
    for _ in range(3):
        account.wait(
            account.start()
            if account("ListPipelines")["pipelines"]
            else account.create(pipeline(stage("Deploy", deploy())))
        )
    first = account("ListPipelineExecutions", pipelineName="pipe", maxResults=2)
    rest = account("ListPipelineExecutions", pipelineName="pipe", nextToken=first["nextToken"])
    found = first["pipelineExecutionSummaries"] + rest["pipelineExecutionSummaries"]
    assert [one["pipelineExecutionId"] for one in found] == [one["pipelineExecutionId"] for one in account.executions()]
    with pytest.raises(Refused, match="InvalidNextTokenException"):
        account("ListPipelineExecutions", pipelineName="pipe", nextToken="x")


def test_parallel_actions_and_run_orders(account: Account) -> None:
    actions = [manual("A"), manual("B"), manual("C", runOrder=2)]
    execution = account.create(pipeline(stage("Approve", *actions)))

    def waiting() -> list[str]:
        states = account.state()["Approve"]["actionStates"]
        return [one["actionName"] for one in states if "token" in one.get("latestExecution", {})]

    def approve(name: str) -> None:
        token = account.action("Approve", name)["token"]
        result = {"summary": "", "status": "Approved"}
        account(
            "PutApprovalResult", pipelineName="pipe", stageName="Approve", actionName=name, result=result, token=token
        )

    account.wait_until(lambda: waiting() == ["A", "B"])
    approve("A")
    account.wait_until(lambda: waiting() == ["B"])
    approve("B")
    account.wait_until(lambda: waiting() == ["C"])
    approve("C")
    assert account.wait(execution)["status"] == "Succeeded"


def test_a_deleted_pipeline_takes_its_executions_along(account: Account) -> None:
    execution = account.create(pipeline(stage("Approve", manual())))
    account.wait_for_approval(execution)
    account("DeletePipeline", name="pipe")
    account("DeletePipeline", name="pipe")
    with pytest.raises(Refused, match="PipelineNotFoundException"):
        account.get(execution)
    account.create(pipeline(stage("Approve", manual())))
    assert len(account.executions()) == 1


def test_an_update_makes_a_version_and_starts_nothing(account: Account) -> None:
    account.wait(account.create(pipeline(stage("Deploy", deploy()))))
    assert account("UpdatePipeline", pipeline=pipeline(stage("Approve", manual())))["pipeline"]["version"] == 2
    assert account("GetPipeline", name="pipe", version=1)["pipeline"]["stages"][1]["name"] == "Deploy"
    assert len(account.executions()) == 1
    with pytest.raises(Refused, match="PipelineVersionNotFoundException"):
        account("GetPipeline", name="pipe", version=9)
