"""Two quick pushes under each execution mode, and what stops, retries and disabled transitions do."""

from __future__ import annotations

import pytest
from tests.bricks.codepipeline.conftest import Account, deploy, manual, pipeline, stage

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused


def gated(mode: str = "SUPERSEDED") -> Shape:
    return pipeline(stage("Approve", manual()), stage("Deploy", deploy()), pipelineType="V2", executionMode=mode)


def _inbound(account: Account) -> str:
    """The execution that waits before the approval."""
    return str(account.state()["Approve"].get("inboundExecution", {}).get("pipelineExecutionId"))


def test_superseded_lets_only_the_latest_wait(account: Account) -> None:
    first = account.create(gated())
    token = account.wait_for_approval(first)
    second = account.start()
    account.wait_until(
        lambda: account.state()["Approve"].get("inboundExecution", {}).get("pipelineExecutionId") == second
    )
    third = account.start()
    assert account.wait(second)["status"] == "Superseded"
    account.approve(token)
    assert account.wait(first)["status"] == "Succeeded"
    account.approve(account.wait_for_approval(third))
    assert account.wait(third)["status"] == "Succeeded"
    states = [
        event["detail"]["state"] for event in account.changes("Pipeline") if event["detail"]["execution-id"] == second
    ]
    assert states == ["STARTED", "SUPERSEDED"]


def test_queued_runs_every_execution_in_turn(account: Account) -> None:
    first = account.create(gated("QUEUED"))
    token = account.wait_for_approval(first)
    second, third = account.start(), account.start()
    account.wait_until(lambda: len(account.state()["Approve"].get("inboundExecutions", [])) == 2)
    for execution in (first, second, third):
        account.approve(token if execution == first else account.wait_for_approval(execution))
        assert account.wait(execution)["status"] == "Succeeded"


def test_parallel_executions_do_not_wait_for_each_other(account: Account) -> None:
    first = account.create(gated("PARALLEL"))
    tokens = {first: account.wait_for_approval(first)}
    second = account.start()
    tokens[second] = account.wait_for_approval(second)
    account.approve(tokens[second])
    assert account.wait(second)["status"] == "Succeeded"
    assert account.get(first)["status"] == "InProgress"
    account.approve(tokens[first])
    assert account.wait(first)["status"] == "Succeeded"


def test_a_failed_stage_is_retried_by_the_same_execution(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy(BucketName="later"))))
    assert account.wait(execution)["status"] == "Failed"
    assert account.action("Deploy", "Deploy")["errorDetails"]["code"] == "JobFailed"
    account.context.call("s3", "CreateBucket", Bucket="later")
    account(
        "RetryStageExecution",
        pipelineName="pipe",
        stageName="Deploy",
        pipelineExecutionId=execution,
        retryMode="FAILED_ACTIONS",
    )
    assert account.wait(execution)["status"] == "Succeeded"
    assert account.object("index.html", "later") == b"first"
    assert [one["status"] for one in account.history()] == ["Succeeded", "Failed", "Succeeded"]
    states = [event["detail"]["state"] for event in account.changes("Stage") if event["detail"]["stage"] == "Deploy"]
    assert states == ["STARTED", "FAILED", "RESUMED", "SUCCEEDED"]


def test_only_what_failed_last_in_a_stage_can_be_retried(account: Account) -> None:
    execution = account.create(pipeline(stage("Deploy", deploy(BucketName="nowhere"))))
    account.wait(execution)
    request = {"pipelineName": "pipe", "pipelineExecutionId": execution, "retryMode": "FAILED_ACTIONS"}
    with pytest.raises(Refused, match="StageNotRetryableException"):
        account("RetryStageExecution", stageName="Source", **request)
    with pytest.raises(Refused, match="StageNotFoundException"):
        account("RetryStageExecution", stageName="Elsewhere", **request)
    account.wait(account.start())
    with pytest.raises(Refused, match="NotLatestPipelineExecutionException"):
        account("RetryStageExecution", stageName="Deploy", **request)


def test_stop_waits_for_the_actions_that_run(account: Account) -> None:
    execution = account.create(gated())
    token = account.wait_for_approval(execution)
    account("StopPipelineExecution", pipelineName="pipe", pipelineExecutionId=execution, reason="enough")
    assert account.get(execution)["status"] == "Stopping"
    with pytest.raises(Refused, match="DuplicatedStopRequestException"):
        account("StopPipelineExecution", pipelineName="pipe", pipelineExecutionId=execution)
    account.approve(token)
    assert account.wait(execution)["status"] == "Stopped"
    assert account.executions()[0]["stopTrigger"] == {"reason": "enough"}
    assert account.keys() == []


def test_abandoned_actions_are_not_waited_for(account: Account) -> None:
    execution = account.create(gated())
    account.wait_for_approval(execution)
    account("StopPipelineExecution", pipelineName="pipe", pipelineExecutionId=execution, abandon=True)
    assert account.wait(execution)["status"] == "Stopped"
    assert account.action("Approve", "Manual")["status"] == "Abandoned"
    with pytest.raises(Refused, match="PipelineExecutionNotStoppableException"):
        account("StopPipelineExecution", pipelineName="pipe", pipelineExecutionId=execution)


def test_a_disabled_transition_holds_executions_back(account: Account) -> None:
    transition = {"pipelineName": "pipe", "stageName": "Deploy", "transitionType": "Inbound"}
    account.wait(account.create(pipeline(stage("Deploy", deploy()))))
    account("DisableStageTransition", **transition, reason="a freeze")
    execution = account.start()
    account.wait_until(lambda: "inboundExecution" in account.state()["Deploy"])
    state = account.state()["Deploy"]["inboundTransitionState"]
    assert (state["enabled"], state["disabledReason"]) == (False, "a freeze")
    account("EnableStageTransition", **transition)
    assert account.wait(execution)["status"] == "Succeeded"


def test_two_quick_starts_both_begin(account: Account) -> None:
    first, second = account.create(pipeline(stage("Deploy", deploy()))), account.start()
    assert account.wait(first)["status"] == "Succeeded"
    assert account.wait(second)["status"] == "Succeeded"
