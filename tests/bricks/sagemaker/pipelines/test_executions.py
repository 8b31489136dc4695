"""Executions from their start to their end, on a real baseplate; jobs end when the test ends them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.bricks.sagemaker.pipelines.builders import (
    ROLE,
    compare,
    condition,
    definition,
    fail,
    function,
    get,
    join,
    parameter,
    processing,
    register,
    training,
)

from brickline.baseplate import controllers
from brickline.baseplate.errors import Refused

MODEL = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
REPORT = {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "auc.value"}}


def test_steps_run_one_after_the_other_and_read_of_each_other(world: Any) -> None:
    text = definition(
        training("Train", {"epochs": get("Parameters.epochs"), "run": get("Execution.PipelineExecutionId")}),
        function("Repackage", "uri:String", "size:Integer", arguments={"model": MODEL}),
        training("Again", {"uri": get("Steps.Repackage.OutputParameters['uri']")}),
        parameters=[parameter("epochs", "Integer", 3)],
    )
    world.functions.answer = lambda event: {"Payload": b'{"uri": "s3://bucket/re", "size": 200, "more": 1}'}
    world.create(text)
    arn = world.start(given={"epochs": "5"})
    first = world.job()
    execution_id = arn.rpartition("/")[2]
    assert re.fullmatch(rf"pipelines-{execution_id}-Train-[A-Za-z0-9]{{10}}", first)
    described = world("DescribeTrainingJob", TrainingJobName=first)
    assert described["HyperParameters"] == {"epochs": "5", "run": execution_id}
    world.finish(first, ModelArtifacts={"S3ModelArtifacts": "s3://bucket/m"})
    second = world.job()
    assert world.functions.invoked.get_nowait() == {"model": "s3://bucket/m"}
    assert world("DescribeTrainingJob", TrainingJobName=second)["HyperParameters"] == {"uri": "s3://bucket/re"}
    world.finish(second)
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = world.steps(arn)
    assert list(steps) == ["Again", "Repackage", "Train"], "newest first"
    assert steps["Train"]["Metadata"]["TrainingJob"]["Arn"].endswith(f"training-job/{first}")
    assert steps["Train"]["AttemptCount"] == 0
    assert steps["Train"]["EndTime"] >= steps["Train"]["StartTime"]
    assert steps["Repackage"]["Metadata"]["Lambda"]["OutputParameters"] == [
        {"Name": "uri", "Value": "s3://bucket/re"},
        {"Name": "size", "Value": "200.0"},
    ]


def test_every_change_of_status_is_an_event(world: Any) -> None:
    world.create(definition(training()))
    arn = world.start()
    name = world.train()
    world.wait(arn)
    executions = [event["detail"] for event in world.events("Execution Status Change")]
    assert [
        (one.get("previousPipelineExecutionStatus"), one["currentPipelineExecutionStatus"]) for one in executions
    ] == [
        (None, "Executing"),
        ("Executing", "Succeeded"),
    ]
    events = world.events("Execution Step Status Change")
    changes = [(one["detail"].get("previousStepStatus"), one["detail"]["currentStepStatus"]) for one in events]
    assert changes == [(None, "Starting"), ("Starting", "Executing"), ("Executing", "Succeeded")]
    last = events[-1]
    assert last["resources"] == [arn.rpartition("/execution/")[0], arn]
    assert last["detail"]["metadata"]["trainingJob"]["arn"].endswith(name)
    assert (last["detail"]["stepName"], last["detail"]["stepType"]) == ("Train", "Training")
    assert last["cause"] == arn


@pytest.mark.parametrize(("auc", "outcome"), [(0.9, "True"), (0.3, "False")])
def test_a_condition_chooses_the_branch_by_a_property_file(world: Any, auc: float, outcome: str) -> None:
    text = definition(
        processing(),
        condition(
            "Good",
            compare("GreaterThanOrEqualTo", REPORT, get("Parameters.threshold")),
            then=[training("Train"), training("After", DependsOn=["Train"])],
            otherwise=[fail("Bad", join("AUC is below", get("Parameters.threshold"), on=" "))],
        ),
        training("Outside", DependsOn=["After"]),
        parameters=[parameter("threshold", "Float", 0.5)],
    )
    world.put("evaluation/evaluation.json", {"auc": {"value": auc}})
    world.create(text)
    arn = world.start()
    world.finish(
        world.job(),
        ProcessingOutputConfig={
            "Outputs": [{"OutputName": "evaluation", "S3Output": {"S3Uri": "s3://bucket/evaluation"}}]
        },
    )
    if outcome == "True":
        for _ in range(3):
            world.train()
    execution = world.wait(arn)
    steps = world.steps(arn)
    assert steps["Good"]["Metadata"] == {"Condition": {"Outcome": outcome}}
    if outcome == "True":
        assert list(world.statuses(arn)) == ["Evaluate", "Good", "Train", "After", "Outside"]
        assert execution["PipelineExecutionStatus"] == "Succeeded"
    else:
        assert list(world.statuses(arn)) == ["Evaluate", "Good", "Bad"]
        assert steps["Bad"]["FailureReason"] == "AUC is below 0.5"
        assert steps["Bad"]["Metadata"] == {"Fail": {"ErrorMessage": "AUC is below 0.5"}}
        assert execution["PipelineExecutionStatus"] == "Failed"
        assert execution["FailureReason"] == "Step failure: One or multiple steps failed."


def test_a_failed_job_fails_the_execution_but_not_what_runs_beside_it(world: Any) -> None:
    world.create(definition(training("A"), training("B"), training("C", DependsOn=["A"])))
    arn = world.start()
    first, second = sorted((world.job(), world.job()), key=lambda name: "-B-" in name)
    world.finish(first, "Failed", FailureReason="AlgorithmError: no data, exit code: 1")
    world.finish(second)
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"
    assert world.statuses(arn) == {"A": "Failed", "B": "Succeeded"}
    assert world.steps(arn)["A"]["FailureReason"] == "AlgorithmError: no data, exit code: 1"
    assert world.steps(arn)["A"]["AttemptCount"] == 1


def test_a_refused_call_fails_the_step_and_leaves_nothing(world: Any) -> None:
    world.jobs.refusals.append(Refused("ResourceLimitExceeded", "Only 1 job."))
    execution = world.run(definition(training()))
    arn = execution["PipelineExecutionArn"]
    assert world.steps(arn)["Train"]["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: Only 1 job.\n"
        f"Retry not appropriate on execution of step with PipelineExecutionArn {arn} and StepId Train. "
        "No retry policy configured for the exception type SAGEMAKER_RESOURCE_LIMIT."
    )
    assert list(world.jobs.resources["Training"].all(world.context)) == []


def test_a_retry_policy_tries_again_with_another_job(world: Any) -> None:
    policy = {
        "ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR", "SageMaker.RESOURCE_LIMIT"],
        "IntervalSeconds": 0,
        "MaxAttempts": 2,
    }
    world.create(definition(training(RetryPolicies=[policy])))
    world.jobs.refusals.append(Refused("ResourceLimitExceeded", "Only 1 job."))
    arn = world.start()
    first = world.job()
    world.finish(first, "Failed", FailureReason="InternalServerError: lost the machine")
    second = world.train()
    assert first != second
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.steps(arn)["Train"]["AttemptCount"] == 2
    log = world.log(arn.rpartition("/")[2])
    assert sum("is tried again in 0 s" in line for line in log) == 2


def test_a_failure_that_no_policy_names_is_not_retried(world: Any) -> None:
    policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 2}
    world.create(definition(training(RetryPolicies=[policy])))
    arn = world.start()
    world.finish(world.job(), "Failed", FailureReason="AlgorithmError: bug")
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"


def test_no_more_steps_run_at_once_than_the_parallelism_allows(world: Any) -> None:
    world.create(
        definition(*(training(f"T{number}") for number in range(4))),
        ParallelismConfiguration={"MaxParallelExecutionSteps": 9},
    )
    arn = world.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 2})
    running = [world.job(), world.job()]
    for _ in range(4):
        assert list(world.statuses(arn).values()).count("Executing") <= 2
        world.finish(running.pop(0))
        if len(world.statuses(arn)) < 4:
            running.append(world.job())
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_a_model_is_registered_in_a_group_that_is_made_for_it(world: Any) -> None:
    text = definition(
        training(),
        register(MetadataProperties={"CommitId": "abc"}),
        function("Tell", arguments={"package": get("Steps.Register.ModelPackageArn")}),
    )
    world.functions.answer = lambda event: {"Payload": b"null"}
    world.create(text)
    arn = world.start()
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    package = world.steps(arn)["Register"]["Metadata"]["RegisterModel"]["Arn"]
    assert package.endswith(":model-package/group/1")
    assert world.functions.invoked.get_nowait() == {"package": package}
    origin = world("DescribeModelPackage", ModelPackageName=package)["MetadataProperties"]
    assert origin == {"CommitId": "abc", "GeneratedBy": arn}


def test_a_model_is_created_under_the_name_of_the_pipeline(world: Any) -> None:
    model = {
        "Name": "My_Model",
        "Type": "Model",
        "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "image"}},
    }
    execution = world.run(definition(model, function("Tell", arguments={"name": get("Steps.My_Model.ModelName")})))
    assert execution["PipelineExecutionStatus"] == "Succeeded", world.steps(execution["PipelineExecutionArn"])
    name = world.functions.invoked.get_nowait()["name"]
    assert re.fullmatch(r"pipelines-[a-z0-9]{12}-My-Model-[A-Za-z0-9]{10}", name)
    tags = world("ListTags", ResourceArn=world("DescribeModel", ModelName=name)["ModelArn"])["Tags"]
    assert {"Key": "sagemaker:pipeline-step-name", "Value": "My_Model"} in tags


def test_an_undefined_property_fails_the_step(world: Any) -> None:
    world.create(definition(training(), training("B", {"x": MODEL})))
    arn = world.start()
    world.finish(world.job())
    assert world.wait(arn)["PipelineExecutionStatus"] == "Failed"
    reason = world.steps(arn)["B"]["FailureReason"]
    assert reason == "ClientError: {'Get': 'Steps.Train.ModelArtifacts.S3ModelArtifacts'} is undefined."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            {"FunctionError": "Unhandled", "Payload": b'{"errorMessage": "no", "errorType": "KeyError"}'},
            "ClientError: The Lambda function failed. KeyError: no",
        ),
        (
            {"Payload": b'{"url": 1}'},
            "ClientError: Output parameter 'uri' was not returned; the step got 'url'.",
        ),
    ],
)
def test_a_function_that_fails_or_returns_too_little_fails_its_step(world: Any, answer: Any, reason: str) -> None:
    world.functions.answer = lambda event: answer
    execution = world.run(definition(function("Call", "uri:String")))
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert world.steps(execution["PipelineExecutionArn"])["Call"]["FailureReason"] == reason


def test_a_step_with_a_trigger_runs_when_its_step_failed(world: Any) -> None:
    notify = function(
        "Notify",
        arguments={"job": get("Steps.Train.TrainingJobName")},
        DependsOn=[{"Step": "Train", "Trigger": "Failed"}],
    )
    world.create(definition(training(), training("Next", DependsOn=["Train"]), notify))
    arn = world.start()
    name = world.job()
    world.finish(name, "Failed", FailureReason="AlgorithmError: bug")
    assert world.wait(arn)["PipelineExecutionStatus"] == "CompletedWithFailures"
    assert world.statuses(arn) == {"Train": "Failed", "Notify": "Succeeded"}
    assert world.functions.invoked.get_nowait() == {"job": name}


def test_a_trigger_that_does_not_come_skips_its_step(world: Any) -> None:
    notify = function("Notify", DependsOn=[{"Step": "Train", "Trigger": "Failed"}])
    world.create(definition(training(), notify))
    arn = world.start()
    world.train()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.statuses(arn) == {"Train": "Succeeded"}


def test_an_execution_makes_its_experiment_and_trial(world: Any) -> None:
    names = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    world.create(definition(training(), PipelineExperimentConfig=names))
    for _ in range(2):
        arn = world.start()
        config = world("DescribeTrainingJob", TrainingJobName=world.train())["ExperimentConfig"]
        execution_id = arn.rpartition("/")[2]
        assert config == {"ExperimentName": "p", "TrialName": execution_id, "TrialComponentDisplayName": "Train"}
        assert world.wait(arn)["PipelineExperimentConfig"] == {"ExperimentName": "p", "TrialName": execution_id}
        assert world("DescribeTrial", TrialName=execution_id)["ExperimentName"] == "p"


def test_a_function_does_not_hold_up_what_runs_beside_it(world: Any) -> None:
    world.functions.may_end.clear()
    world.create(definition(function("Slow"), training("A"), training("B", DependsOn=["A"])))
    arn = world.start()
    world.train()
    world.train()
    world.functions.may_end.set()
    assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_a_function_is_invoked_once_however_often_its_execution_is_looked_at(world: Any) -> None:
    world.create(definition(*(function(f"F{number}") for number in range(10))))
    arns = [world.start() for _ in range(10)]
    for arn in arns:
        assert world.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.functions.invoked.qsize() == 100


def test_an_execution_that_cannot_go_on_is_failed_with_the_reason(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "ATTEMPTS", 1)
    world.create(definition(training("A"), training("B"), training("C", DependsOn=["B"])))
    arn = world.start()
    first, second = sorted((world.job(), world.job()), key=lambda name: "-B-" in name)
    world.jobs.refusals.append(RuntimeError("the disk is on fire"))
    world.finish(second)
    execution = world.wait(arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "InternalServerError: the disk is on fire"
    assert world.statuses(arn) == {"A": "Failed", "B": "Succeeded"}
    assert world.jobs.stopped.get(timeout=20) == first


def test_an_experiment_that_cannot_be_made_fails_the_execution(world: Any) -> None:
    names = {"ExperimentName": "not a name", "TrialName": "t"}
    execution = world.run(definition(training(), PipelineExperimentConfig=names))
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert "experimentName" in execution["FailureReason"]


def test_a_file_of_a_step_function_decides(world: Any) -> None:
    """As the SDKs write `step(...)["key"]` in a condition: from the results in S3, by a joined URI."""
    uri = join(get("Steps.Train.OutputDataConfig.S3OutputPath"), "results.json")
    result = {"Std:JsonGet": {"S3Uri": uri, "Path": "Result['sum']"}}
    world.create(
        definition(training(), condition("Big", compare("GreaterThan", result, 5), then=[fail("No", "too big")]))
    )
    world.put("out/results.json", {"Result": {"sum": 6}, "Exception": None})
    arn = world.start()
    world.train()
    world.wait(arn)
    assert world.steps(arn)["No"]["FailureReason"] == "too big"


def test_values_that_cannot_be_compared_fail_the_condition(world: Any) -> None:
    world.put("numbers.json", {"a": "3"})
    value = {"Std:JsonGet": {"S3Uri": "s3://bucket/numbers.json", "Path": "a"}}
    execution = world.run(definition(condition("If", compare("LessThan", value, 5), then=[])))
    reason = world.steps(execution["PipelineExecutionArn"])["If"]["FailureReason"]
    assert reason == 'ClientError: LessThan cannot compare "3" (String) with 5 (Number)'
