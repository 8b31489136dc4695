from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused

IMAGE = "python:3.11-slim"


def refusal(account: Any, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        account(operation, **request)
    return refused.value


def test_a_model_is_kept_told_and_removed(account: Any) -> None:
    url = account.put("model.tar.gz", "x")
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": {"A": "b"}}
    account("CreateModel", ModelName="m", PrimaryContainer=container)
    assert account("DescribeModel", ModelName="M")["PrimaryContainer"] == container
    assert [one["ModelName"] for one in account("ListModels")["Models"]] == ["m"]
    taken = refusal(account, "CreateModel", ModelName="m", PrimaryContainer=container)
    assert "Cannot create already existing model" in taken.message
    account("DeleteModel", ModelName="m")
    assert "Could not find model" in refusal(account, "DescribeModel", ModelName="m").message
    assert len(account.events("SageMaker Model State Change")) == 2


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "none is given"),
        ({"PrimaryContainer": {"Image": IMAGE}, "Containers": [{"Image": IMAGE}] * 2}, "both are given"),
        ({"PrimaryContainer": {}}, "PrimaryContainer"),
        ({"PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": "s3://bucket/no.tar.gz"}}, "Could not find model data"),
        (
            {"Containers": [{"Image": IMAGE}, {"Image": IMAGE, "ModelDataUrl": "s3://no/x"}]},
            "Containers[1].ModelDataUrl",
        ),
        ({"PrimaryContainer": {"ModelPackageName": "none"}}, "ModelPackage none does not exist"),
    ],
)
def test_a_model_that_cannot_be_is_refused(account: Any, request_: dict[str, Any], words: str) -> None:
    refused = refusal(account, "CreateModel", ModelName="m", **request_)
    assert refused.code == "ValidationException"
    assert words in refused.message


def test_only_an_approved_version_becomes_a_model(account: Any) -> None:
    url = account.put("model.tar.gz", "x")
    account("CreateModelPackageGroup", ModelPackageGroupName="g")
    specification = {"Containers": [{"Image": IMAGE, "ModelDataUrl": url}]}
    made = account("CreateModelPackage", ModelPackageGroupName="g", InferenceSpecification=specification)
    arn = made["ModelPackageArn"]
    waiting = refusal(account, "CreateModel", ModelName="m", PrimaryContainer={"ModelPackageName": arn})
    assert "PendingManualApproval" in waiting.message
    account("UpdateModelPackage", ModelPackageArn=arn, ModelApprovalStatus="Approved")
    account("CreateModel", ModelName="m", PrimaryContainer={"ModelPackageName": arn})
    assert account("DescribeModel", ModelName="m")["PrimaryContainer"] == {"ModelPackageName": arn}


def test_tags_are_kept_for_every_kind_of_resource(account: Any) -> None:
    account("CreateModelPackageGroup", ModelPackageGroupName="g", Tags=[{"Key": "team", "Value": "red"}])
    arn = account("DescribeModelPackageGroup", ModelPackageGroupName="g")["ModelPackageGroupArn"]
    account("AddTags", ResourceArn=arn, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "1"}])
    assert account("ListTags", ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "blue"},
        {"Key": "stage", "Value": "1"},
    ]
    account("DeleteTags", ResourceArn=arn, TagKeys=["team"])
    assert account("ListTags", ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "1"}]
    assert refusal(account, "ListTags", ResourceArn=f"{arn}x").code == "ValidationException"
