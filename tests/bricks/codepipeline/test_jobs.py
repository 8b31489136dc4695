"""Actions of Lambda: real functions, which put their results as boto3 does."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.bricks.codepipeline.conftest import Account, action, manual, pipeline, stage

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused

CODE = """
def handler(event, context):
    job = event["CodePipeline.job"]
    print("job", job["id"], job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
"""


def call(**members: object) -> Shape:
    configuration = {"FunctionName": "step", "UserParameters": "hello"}
    made = action("Call", "Invoke", "Lambda", configuration=configuration, inputArtifacts=[{"name": "SourceArtifact"}])
    return {**made, **members}


@pytest.fixture
def job(account: Account) -> str:
    """The id of a job that waits for its result, in a pipeline that asks for an approval with what it tells."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", CODE)
    account.context.call(
        "lambda",
        "CreateFunction",
        FunctionName="step",
        Runtime="python3.11",
        Role="arn:aws:iam::123456789012:role/SageMakerExecutionRole",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    asking = manual(configuration={"CustomData": "#{Told.Answer}"})
    account.create(pipeline(stage("Call", call(namespace="Told")), stage("Approve", asking)))
    account.wait_until(lambda: bool(account.action("Call", "Call")))
    return str(account.action("Call", "Call")["actionExecutionId"])


def test_a_job_that_succeeds_gives_its_variables(account: Account, job: str) -> None:
    details = account("GetJobDetails", jobId=job)["jobDetails"]["data"]
    assert details["actionConfiguration"]["configuration"]["UserParameters"] == "hello"
    assert details["inputArtifacts"][0]["location"]["s3Location"]["bucketName"] == "artifacts"
    account(
        "PutJobSuccessResult",
        jobId=job,
        executionDetails={"summary": "done", "externalExecutionId": "x-1"},
        outputVariables={"Answer": "42"},
    )
    account.wait_for_approval(account.executions()[0]["pipelineExecutionId"])
    assert account.history()[-1]["input"]["resolvedConfiguration"]["CustomData"] == "42"
    shown = account.action("Call", "Call")
    assert (shown["summary"], shown["externalExecutionId"]) == ("done", "x-1")
    with pytest.raises(Refused, match="InvalidJobStateException"):
        account("PutJobSuccessResult", jobId=job)


def test_a_job_that_fails_fails_the_action(account: Account, job: str) -> None:
    account("PutJobFailureResult", jobId=job, failureDetails={"type": "ConfigurationError", "message": "no such thing"})
    assert account.wait(account.executions()[0]["pipelineExecutionId"])["status"] == "Failed"
    error = account.action("Call", "Call")["errorDetails"]
    assert error == {"code": "ConfigurationError", "message": "no such thing"}


def test_a_job_that_goes_on_is_given_again_with_its_token(
    account: Account, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brickline.bricks.codepipeline.jobs.CONTINUATION_SECONDS", 0.0)
    account("PutJobSuccessResult", jobId=job, continuationToken="half", executionDetails={"percentComplete": 50})
    details = account("GetJobDetails", jobId=job)["jobDetails"]["data"]
    assert details["continuationToken"] == "half"
    assert account.action("Call", "Call")["percentComplete"] == 50
    account("PutJobSuccessResult", jobId=job, outputVariables={"Answer": "1"})
    account.wait_for_approval(account.executions()[0]["pipelineExecutionId"])


def test_an_unknown_job_is_refused(account: Account) -> None:
    with pytest.raises(Refused, match="JobNotFoundException"):
        account("PutJobSuccessResult", jobId="00000000-0000-4000-8000-000000000000")
