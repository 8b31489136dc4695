"""What CreateTrainingJob and CreateProcessingJob refuse, and how."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused

S3 = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/x"}
PIPE = {"ChannelName": "c", "InputMode": "Pipe", "DataSource": {"S3DataSource": S3}}
LUSTRE = {"FileSystemId": "fs-12345678901", "FileSystemAccessMode": "ro", "FileSystemType": "EFS", "DirectoryPath": "/"}


def refusal(account: Any, operation: str, request: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as refused:
        account(operation, **request)
    return refused.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:role/Nobody"}, "RoleArn"),
        ({"RoleArn": "arn:aws:iam::999999999999:role/SageMakerExecutionRole"}, "account 999999999999"),
        ({"OutputDataConfig": {"S3OutputPath": "s3://nowhere/out"}}, "OutputDataConfig.S3OutputPath"),
        ({"OutputDataConfig": {"S3OutputPath": "https://example.com/x"}}, "is not an S3 URI"),
        (
            {"AlgorithmSpecification": {"TrainingImage": "mine/sklern:1"}},
            "AlgorithmSpecification.TrainingImage: no environment",
        ),
        (
            {"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "a", "Regex": "("}]}},
            "MetricDefinitions[0].Regex",
        ),
        (
            {"CheckpointConfig": {"S3Uri": "s3://bucket/c", "LocalPath": "/opt/ml/model/x"}},
            "CheckpointConfig.LocalPath",
        ),
        ({"ResourceConfig": {"VolumeSizeInGB": 1}}, "ResourceConfig"),
        ({"InputDataConfig": [PIPE]}, "Pipe is not there"),
        ({"InputDataConfig": [{"ChannelName": "c", "DataSource": {"FileSystemDataSource": LUSTRE}}]}, "DataSource"),
        ({"InputDataConfig": [{**PIPE, "InputMode": "File"}] * 2}, "given 2 times"),
        (
            {"InputDataConfig": [{"ChannelName": "c", "DataSource": {"S3DataSource": {**S3, "S3Uri": "s3://none/x"}}}]},
            "bucket 'none' does not exist",
        ),
    ],
)
def test_a_training_job_that_cannot_be_is_refused_by_its_member(
    account: Any, change: dict[str, Any], words: str
) -> None:
    refused = refusal(account, "CreateTrainingJob", account.training_request(**change))
    assert refused.code == "ValidationException"
    assert words in refused.message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"LocalPath": "/tmp/x"}, "below /opt/ml/processing"),
        ({"LocalPath": "/opt/ml/processing/../../etc"}, "below /opt/ml/processing"),
        ({"S3InputMode": "Pipe"}, "Pipe is not there"),
        ({"S3Uri": "s3://none/x"}, "bucket 'none' does not exist"),
    ],
)
def test_a_processing_input_that_cannot_be_is_refused(account: Any, source: dict[str, Any], words: str) -> None:
    given = account.input("data", "s3://bucket/x", **{k: v for k, v in source.items() if k != "S3Uri"})
    given["S3Input"] |= source
    refused = refusal(account, "CreateProcessingJob", account.processing_request(ProcessingInputs=[given]))
    assert refused.code == "ValidationException"
    assert words in refused.message


def test_a_name_is_used_once(account: Any) -> None:
    account.train("Twice", run="pass")
    refused = refusal(account, "CreateTrainingJob", account.training_request("twice"))
    assert refused.code == "ResourceInUse"
    assert "already exists" in refused.message


def test_a_job_that_is_not_there_is_a_validation_exception(account: Any) -> None:
    for operation, member in (
        ("DescribeTrainingJob", "TrainingJobName"),
        ("DescribeProcessingJob", "ProcessingJobName"),
    ):
        assert refusal(account, operation, {member: "nothing"}).code == "ValidationException"


def test_a_refused_job_leaves_nothing(account: Any) -> None:
    refusal(account, "CreateTrainingJob", account.training_request(RoleArn="arn:aws:iam::123456789012:role/Nobody"))
    assert account("ListTrainingJobs")["TrainingJobSummaries"] == []
    assert account.events("SageMaker Training Job State Change") == []


def test_only_a_finished_job_can_be_deleted(account: Any) -> None:
    account("CreateTrainingJob", **account.training_request(run="import signal; signal.pause()"))
    assert refusal(account, "DeleteTrainingJob", {"TrainingJobName": "job"}).code == "ResourceInUse"
    account("StopTrainingJob", TrainingJobName="job")
    account.wait("Training", "job")
    account.wait_until(lambda: not account.is_unfinished("Training", "job"))
    account("DeleteTrainingJob", TrainingJobName="job")
    assert refusal(account, "DescribeTrainingJob", {"TrainingJobName": "job"}).code == "ValidationException"
