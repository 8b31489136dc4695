"""The model registry through its operations."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package"


def specification(url: str = "s3://bucket/model.tar.gz") -> dict[str, Any]:
    return {
        "Containers": [{"Image": "python:3.11-slim", "ModelDataUrl": url}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }


@pytest.fixture
def registry(account: Any) -> Any:
    """An account with a model's artifacts and a group `Flights`."""
    account.put("model.tar.gz", "weights")
    account("CreateModelPackageGroup", ModelPackageGroupName="Flights")
    return account


def register(account: Any, **request: Any) -> str:
    made = account(
        "CreateModelPackage",
        **{"ModelPackageGroupName": "Flights", "InferenceSpecification": specification(), **request},
    )
    return str(made["ModelPackageArn"])


def describe(account: Any, name: str) -> dict[str, Any]:
    described: dict[str, Any] = account("DescribeModelPackage", ModelPackageName=name)
    return described


def refusal(account: Any, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        account(operation, **request)
    return refused.value


def test_versions_count_up_and_are_never_given_again(registry: Any) -> None:
    assert [register(registry) for _ in range(2)] == [f"{ARN}/Flights/1", f"{ARN}/Flights/2"]
    registry("DeleteModelPackage", ModelPackageName=f"{ARN}/Flights/2")
    assert register(registry) == f"{ARN}/Flights/3"


def test_a_version_is_completed_at_once_and_waits_for_approval(registry: Any) -> None:
    found = describe(registry, register(registry))
    assert found["ModelPackageStatus"] == "Completed"
    assert found["ModelPackageStatusDetails"] == {"ValidationStatuses": [], "ImageScanStatuses": []}
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert (found["ModelPackageGroupName"], found["ModelPackageVersion"]) == ("Flights", 1)
    assert found["InferenceSpecification"]["Containers"][0]["ModelDataETag"]


@pytest.mark.parametrize("name", [f"{ARN}/Flights/1", f"{ARN}/flights/1", "Flights/1", "flights/1"])
def test_a_version_is_found_by_name_and_by_arn_whatever_the_case(registry: Any, name: str) -> None:
    register(registry)
    assert describe(registry, name)["ModelPackageVersion"] == 1


def test_the_newest_version_is_listed_first_unless_asked_otherwise(registry: Any) -> None:
    for _ in range(3):
        register(registry)
    listed = registry("ListModelPackages", ModelPackageGroupName="Flights")["ModelPackageSummaryList"]
    assert [one["ModelPackageVersion"] for one in listed] == [3, 2, 1]
    request = {"ModelPackageGroupName": "Flights", "SortOrder": "Ascending", "SortBy": "Name"}
    assert registry("ListModelPackages", **request)["ModelPackageSummaryList"][0]["ModelPackageVersion"] == 1


def test_listing_by_approval_and_by_type(registry: Any) -> None:
    register(registry)
    register(registry, ModelApprovalStatus="Approved")
    registry("CreateModelPackage", ModelPackageName="single", InferenceSpecification=specification())

    def names(**request: Any) -> list[str]:
        listed = registry("ListModelPackages", **request)["ModelPackageSummaryList"]
        return [one["ModelPackageArn"].removeprefix(f"{ARN}/") for one in listed]

    assert names(ModelPackageGroupName="Flights", ModelApprovalStatus="Approved") == ["Flights/2"]
    assert names() == ["single"]
    assert names(ModelPackageType="Versioned") == ["Flights/2", "Flights/1"]
    assert names(ModelPackageType="Both") == ["single", "Flights/2", "Flights/1"]


def test_an_approval_is_told_with_the_members_that_changed(registry: Any) -> None:
    arn = register(registry)
    registry(
        "UpdateModelPackage", ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good enough"
    )
    created, updated = registry.events("SageMaker Model Package State Change")
    assert updated["resources"] == [arn]
    detail = updated["detail"]
    assert (detail["ModelPackageGroupName"], detail["ModelApprovalStatus"]) == ("Flights", "Approved")
    assert sorted(detail["UpdatedModelPackageFields"]) == ["ApprovalDescription", "ModelApprovalStatus"]
    assert detail["CreationTime"].endswith("Z")
    assert "UpdatedModelPackageFields" not in created["detail"]


def test_metadata_properties_are_merged_and_removed(registry: Any) -> None:
    arn = register(registry, CustomerMetadataProperties={"a": "1", "b": "2"})
    registry(
        "UpdateModelPackage",
        ModelPackageArn=arn,
        CustomerMetadataProperties={"c": "3"},
        CustomerMetadataPropertiesToRemove=["a"],
    )
    assert describe(registry, arn)["CustomerMetadataProperties"] == {"b": "2", "c": "3"}


def test_metrics_and_origin_are_kept(registry: Any) -> None:
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://bucket/e.json"}}}
    arn = register(registry, ModelMetrics=metrics, MetadataProperties={"GeneratedBy": "an execution"})
    found = describe(registry, arn)
    assert found["ModelMetrics"] == metrics
    assert found["MetadataProperties"] == {"GeneratedBy": "an execution"}


def test_artifacts_have_to_be_there(registry: Any) -> None:
    request = {"ModelPackageGroupName": "Flights", "InferenceSpecification": specification("s3://bucket/none.tar.gz")}
    refused = refusal(registry, "CreateModelPackage", **request)
    assert refused.code == "ValidationException"
    assert "InferenceSpecification.Containers[0].ModelDataUrl" in refused.message


def test_the_same_client_token_registers_once(registry: Any) -> None:
    assert register(registry, ClientToken="t") == register(registry, ClientToken="t")
    assert len(registry("ListModelPackages", ModelPackageGroupName="Flights")["ModelPackageSummaryList"]) == 1


def test_a_package_can_be_made_from_another(registry: Any) -> None:
    source = register(registry)
    made = registry("CreateModelPackage", ModelPackageGroupName="Flights", SourceUri=source)["ModelPackageArn"]
    copied = describe(registry, made)
    assert copied["InferenceSpecification"] == describe(registry, source)["InferenceSpecification"]
    assert copied["SourceUri"] == source


def test_a_group_with_packages_stays(registry: Any) -> None:
    arn = register(registry)
    assert refusal(registry, "DeleteModelPackageGroup", ModelPackageGroupName="Flights").code == "ConflictException"
    registry("DeleteModelPackage", ModelPackageName=arn)
    registry("DeleteModelPackageGroup", ModelPackageGroupName="Flights")
    gone = refusal(registry, "DescribeModelPackageGroup", ModelPackageGroupName="Flights")
    assert (gone.code, "does not exist" in gone.message) == ("ValidationException", True)


def test_taken_names_say_so_in_the_words_that_the_sdk_looks_for(registry: Any) -> None:
    taken = refusal(registry, "CreateModelPackageGroup", ModelPackageGroupName="Flights")
    assert (taken.code, "already exists" in taken.message) == ("ValidationException", True)
    registry("CreateModelPackage", ModelPackageName="single", InferenceSpecification=specification())
    taken = refusal(registry, "CreateModelPackage", ModelPackageName="single", InferenceSpecification=specification())
    assert "ModelPackage already exists" in taken.message


def test_policies_of_a_group(registry: Any) -> None:
    name = {"ModelPackageGroupName": "Flights"}
    registry("PutModelPackageGroupPolicy", **name, ResourcePolicy='{"Version":"2012-10-17"}')
    assert registry("GetModelPackageGroupPolicy", **name)["ResourcePolicy"] == '{"Version":"2012-10-17"}'
    registry("DeleteModelPackageGroupPolicy", **name)
    assert "Cannot find" in refusal(registry, "GetModelPackageGroupPolicy", **name).message
