"""Executions, run for real."""

from __future__ import annotations

from tests.bricks.codepipeline.conftest import SITE, STORE, Account, deploy, manual, pipeline, stage


def test_a_new_pipeline_runs_from_its_source_to_its_deployment(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy())))
    found = account.wait(execution)
    assert found["status"] == "Succeeded", account.history()
    assert account.object(SITE, "index.html") == b"first"
    assert found["trigger"]["triggerType"] == "CreatePipeline"
    assert [one["name"] for one in found["artifactRevisions"]] == ["SourceArtifact"]
    (key,) = account.keys(STORE)
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
