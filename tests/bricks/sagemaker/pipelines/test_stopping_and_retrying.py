"""Executions that are stopped, retried, or run in part; and callbacks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bricks.sagemaker.pipelines.builders import (
    QUEUE,
    callback,
    compare,
    condition,
    definition,
    fail,
    function,
    get,
    training,
)

from brickline.baseplate.errors import Refused

MODEL = get("Steps.A.ModelArtifacts.S3ModelArtifacts")
ELSEWHERE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/none"
CHAIN = definition(training("A"), training("B", {"model": MODEL}), training("C", DependsOn=["B"]))


def test_stopping_stops_the_jobs_and_then_the_execution(world: Any) -> None:
    world.create(definition(training("A"), training("B", DependsOn=["A"])))
    arn = world.start()
    name = world.job()
    world.wait(arn, "Executing")
    world.stop(arn)
    assert world.jobs.stopped.get(timeout=20) == name
    assert world.wait(arn, "Stopping")
    world.finish(name, "Stopped")
    assert world.wait(arn)["PipelineExecutionStatus"] == "Stopped"
    assert world.statuses(arn) == {"A": "Stopped"}
    changes = [event["detail"] for event in world.events("Step Status Change")]
    assert [change["currentStepStatus"] for change in changes] == ["Starting", "Executing", "Stopping", "Stopped"]


def test_stopping_waits_for_a_function(world: Any) -> None:
    world.functions.may_end.clear()
    world.create(definition(function("Slow"), training("Next", DependsOn=["Slow"])))
    arn = world.start()
    world.functions.invoked.get(timeout=20)
    world.stop(arn)
    world.functions.may_end.set()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Stopped"
    assert world.statuses(arn) == {"Slow": "Stopped"}


def test_a_step_that_waits_for_its_next_attempt_stops_at_once(world: Any) -> None:
    policy = {"ExceptionType": ["SageMaker.RESOURCE_LIMIT"], "IntervalSeconds": 3600, "MaxAttempts": 2}
    world.jobs.refusals.append(Refused("ResourceLimitExceeded", "full"))
    world.create(definition(training("A", RetryPolicies=[policy])))
    arn = world.start()
    world.stop(arn)
    assert world.wait(arn)["PipelineExecutionStatus"] == "Stopped"


def test_only_a_running_execution_can_be_stopped(world: Any) -> None:
    world.functions.answer = lambda event: {"Payload": b"{}"}
    arn = world.run(definition(function("F")))["PipelineExecutionArn"]
    with pytest.raises(Refused, match="is Succeeded; only a running one can be stopped") as refusal:
        world.stop(arn)
    assert refusal.value.code == "ConflictException"


def test_a_retry_keeps_what_succeeded_and_runs_the_rest_in_the_same_execution(world: Any) -> None:
    world.create(CHAIN)
    arn = world.start()
    first = world.train()
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"
    world.retry(arn)
    again = world.job()
    assert "-B-" in again
    world.finish(again)
    world.train()
    execution = world.wait(arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in execution
    steps = world.steps(arn)
    assert steps["A"]["Metadata"]["TrainingJob"]["Arn"].endswith(first)
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}
    assert steps["B"]["AttemptCount"] == 0


def test_a_retry_of_a_stopped_execution(world: Any) -> None:
    world.create(definition(training("A")))
    arn = world.start()
    name = world.job()
    world.stop(arn)
    world.finish(name, "Stopped")
    world.wait(arn)
    world.retry(arn)
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_a_step_that_ran_because_another_failed_goes_with_it(world: Any) -> None:
    notify = function("Notify", DependsOn=[{"Step": "A", "Trigger": "Failed"}])
    world.functions.answer = lambda event: {"Payload": b"{}"}
    world.create(definition(training("A"), notify))
    arn = world.start()
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    world.wait(arn)
    world.retry(arn)
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.statuses(arn) == {"A": "Succeeded"}


def test_what_succeeded_cannot_be_retried(world: Any) -> None:
    world.functions.answer = lambda event: {"Payload": b"{}"}
    arn = world.run(definition(function("F")))["PipelineExecutionArn"]
    with pytest.raises(Refused, match="only a Failed or Stopped one can be retried"):
        world.retry(arn)


def select(*names: str, source: str = "") -> dict[str, Any]:
    config: dict[str, Any] = {"SelectedSteps": [{"StepName": name} for name in names]}
    return {"SelectiveExecutionConfig": {**config, **({"SourcePipelineExecutionArn": source} if source else {})}}


def test_a_selective_execution_reuses_what_the_source_left(world: Any) -> None:
    world.create(CHAIN)
    source = world.start()
    world.train("s3://bucket/old")
    world.train()
    world.train()
    world.wait(source)
    arn = world.start(**select("B", source=source))
    name = world.train()
    assert world("DescribeTrainingJob", TrainingJobName=name)["HyperParameters"] == {"model": "s3://bucket/old"}
    execution = world.wait(arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert execution["SelectiveExecutionConfig"]["SourcePipelineExecutionArn"] == source
    assert world.statuses(arn) == {"A": "Succeeded", "B": "Succeeded"}
    assert world.steps(arn)["A"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}


def test_a_retry_of_a_selective_execution_keeps_what_it_reuses(world: Any) -> None:
    world.create(CHAIN)
    source = world.start()
    for _ in range(3):
        world.train()
    world.wait(source)
    arn = world.start(**select("C", source=source))
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    world.wait(arn)
    world.retry(arn)
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.statuses(arn) == {"B": "Succeeded", "C": "Succeeded"}


def test_a_step_of_a_branch_can_be_selected_by_name(world: Any) -> None:
    world.create(definition(condition("If", compare("Equals", 1, 2), then=[training("Inner")])))
    arn = world.start(**select("Inner"))
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.statuses(arn) == {"Inner": "Succeeded"}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (select("D"), "SelectedSteps: the pipeline has no step 'D'."),
        (select("B"), "SourcePipelineExecutionArn is needed, because selected steps depend on 'A'"),
        (select("B", source=ELSEWHERE), f"Pipeline execution '{ELSEWHERE}' does not exist."),
        (select("A", "C", source=ELSEWHERE), "'B' between them has to be selected as well"),
    ],
)
def test_a_selection_that_cannot_be_run_is_refused(world: Any, selection: Any, message: str) -> None:
    world.create(CHAIN)
    with pytest.raises(Refused) as refusal:
        world.start(**selection)
    assert message in refusal.value.message


def test_a_source_whose_step_failed_is_refused(world: Any) -> None:
    world.create(CHAIN)
    source = world.start()
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    world.wait(source)
    with pytest.raises(Refused, match="step 'A' did not succeed in"):
        world.start(**select("B", source=source))


def test_nothing_new_starts_after_a_fail_step(world: Any) -> None:
    text = definition(training("A"), condition("If", then=[fail("Bad")]), training("B", DependsOn=["A"]))
    world.create(text)
    arn = world.start()
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"
    assert world.statuses(arn) == {"A": "Succeeded", "If": "Succeeded", "Bad": "Failed"}


ASK = definition(
    callback("Ask", "ok:Boolean", "note:String", arguments={"model": "m"}),
    training("Next", {"note": get("Steps.Ask.OutputParameters['note']")}),
)


def answer(world: Any, token: str, **outputs: str) -> Any:
    given = [{"Name": name, "Value": value} for name, value in outputs.items()]
    return world("SendPipelineExecutionStepSuccess", CallbackToken=token, OutputParameters=given)


def test_a_callback_waits_for_its_answer(world: Any) -> None:
    world.create(ASK)
    arn = world.start()
    message = world.queues.messages.get(timeout=20)
    token = message.pop("token")
    assert message == {"url": QUEUE, "pipelineExecutionArn": arn, "arguments": {"model": "m"}, "status": "Executing"}
    assert world.steps(arn)["Ask"]["Metadata"] == {"Callback": {"CallbackToken": token, "SqsQueueUrl": QUEUE}}
    assert answer(world, token, ok="true", note="fine") == {"PipelineExecutionArn": arn}
    assert any(token in line for line in world.log(arn.rpartition("/")[2])), "it can be read without a queue, too"
    name = world.train()
    assert world("DescribeTrainingJob", TrainingJobName=name)["HyperParameters"] == {"note": "fine"}
    world.wait(arn)
    outputs = world.steps(arn)["Ask"]["Metadata"]["Callback"]["OutputParameters"]
    assert outputs == [{"Name": "ok", "Value": "true"}, {"Name": "note", "Value": "fine"}]
    with pytest.raises(Refused, match="has been answered already"):
        answer(world, token)


def test_a_callback_can_report_a_failure(world: Any) -> None:
    world.create(ASK)
    arn = world.start()
    token = world.queues.messages.get(timeout=20)["token"]
    world("SendPipelineExecutionStepFailure", CallbackToken=token, FailureReason="not good")
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"
    assert world.steps(arn)["Ask"]["FailureReason"] == "not good"


def test_a_callback_that_is_stopped_is_told_and_waited_for(world: Any) -> None:
    world.create(ASK)
    arn = world.start()
    token = world.queues.messages.get(timeout=20)["token"]
    world.stop(arn)
    message = world.queues.messages.get(timeout=20)
    assert (message["token"], message["status"]) == (token, "Stopping")
    answer(world, token, ok="true", note="fine")
    assert world.wait(arn)["PipelineExecutionStatus"] == "Stopped"


def test_an_unknown_token_is_refused(world: Any) -> None:
    with pytest.raises(Refused) as refusal:
        answer(world, "0123456789")
    assert refusal.value.code == "ResourceNotFound"
