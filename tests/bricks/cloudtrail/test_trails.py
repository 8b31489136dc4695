"""Trails, and the events that EventBridge gets by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

DATA = {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::flights/"]}]}]}


class Trails:
    """The service with a bucket, and the events so far."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.baseplate = baseplate
        self.context: Context = baseplate.context()

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("cloudtrail", operation, **request)

    def s3(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("s3", operation, Bucket="flights", **request)

    def log(self, **selectors: Any) -> None:
        self.call("CreateTrail", Name="trail", S3BucketName="flights")
        if selectors:
            self.call("PutEventSelectors", TrailName="trail", **selectors)
        self.call("StartLogging", Name="trail")

    @property
    def recorded(self) -> list[dict[str, Any]]:
        events = self.baseplate.bus.events()
        return [event for event in events if event["detail-type"] == "AWS API Call via CloudTrail"]

    @property
    def names(self) -> list[str]:
        return [event["detail"]["eventName"] for event in self.recorded]


@pytest.fixture
def trails(baseplate: Baseplate) -> Trails:
    made = Trails(baseplate)
    made.s3("CreateBucket")
    return made


def test_writes_to_a_selected_bucket_are_events(trails: Trails) -> None:
    trails.log(**DATA)
    trails.s3("PutObject", Key="2026/01.csv", Body=b"x")
    event = trails.recorded[-1]
    detail = event["detail"]
    assert (event["source"], event["resources"]) == ("aws.s3", [])
    assert (detail["eventSource"], detail["eventName"]) == ("s3.amazonaws.com", "PutObject")
    assert detail["requestParameters"]["bucketName"] == "flights"
    assert detail["requestParameters"]["key"] == "2026/01.csv"
    assert detail["resources"] == [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::flights/2026/01.csv"},
        {"accountId": "123456789012", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::flights"},
    ]
    assert (detail["eventCategory"], detail["managementEvent"], detail["readOnly"]) == ("Data", False, False)
    assert detail["userIdentity"]["type"] == "Root"
    trails.s3("CopyObject", Key="copy", CopySource="flights/2026/01.csv")
    trails.s3("DeleteObject", Key="copy")
    assert trails.names[-2:] == ["CopyObject", "DeleteObject"]


def test_without_a_trail_that_logs_there_are_none(trails: Trails) -> None:
    trails.call("CreateTrail", Name="trail", S3BucketName="flights")
    trails.call("PutEventSelectors", TrailName="trail", **DATA)
    trails.s3("PutObject", Key="k", Body=b"x")
    assert trails.recorded == []
    trails.call("StartLogging", Name="trail")
    trails.s3("PutObject", Key="k", Body=b"x")
    assert trails.names[-1] == "PutObject"
    trails.call("StopLogging", Name="trail")
    count = len(trails.recorded)
    trails.s3("PutObject", Key="k", Body=b"x")
    assert len(trails.recorded) == count


def test_other_buckets_and_failed_calls_are_not_recorded(trails: Trails) -> None:
    trails.log(**DATA)
    trails.context.call("s3", "CreateBucket", Bucket="other")
    count = trails.names.count("PutObject")
    trails.context.call("s3", "PutObject", Bucket="other", Key="k", Body=b"x")
    with pytest.raises(Refused):
        trails.s3("PutObject", Key="k", Body=b"x", IfMatch='"none"')
    assert trails.names.count("PutObject") == count


def test_management_calls_are_recorded_and_reads_are_not(trails: Trails) -> None:
    trails.log()
    trails.context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="g")
    trails.context.call("sagemaker", "ListModelPackageGroups")
    event = trails.recorded[-1]
    assert (event["source"], event["detail"]["eventName"]) == ("aws.sagemaker", "CreateModelPackageGroup")
    assert event["detail"]["requestParameters"] == {"modelPackageGroupName": "g"}
    assert event["detail"]["responseElements"]["modelPackageGroupArn"].endswith("model-package-group/g")
    assert event["detail"]["eventCategory"] == "Management"


def test_a_trail_logs_on_after_a_restart(make_baseplate: Callable[..., Baseplate]) -> None:
    first = make_baseplate()
    first.start()
    trails = Trails(first)
    trails.s3("CreateBucket")
    trails.log(**DATA)
    first.close()
    second = make_baseplate()
    second.start()
    again = Trails(second)
    for _ in range(500):  # the brick is made by a controller, right after the start
        again.s3("PutObject", Key="k", Body=b"x")
        if "PutObject" in again.names:
            break
    assert "PutObject" in again.names


def test_what_describes_a_trail(trails: Trails) -> None:
    arn = trails.call("CreateTrail", Name="trail", S3BucketName="flights", IsMultiRegionTrail=True)["TrailARN"]
    assert arn == "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail"
    assert trails.call("GetTrail", Name=arn)["Trail"]["IsMultiRegionTrail"] is True
    assert [trail["Name"] for trail in trails.call("DescribeTrails")["trailList"]] == ["trail"]
    assert trails.call("DescribeTrails", trailNameList=["none"])["trailList"] == []
    assert trails.call("GetTrailStatus", Name="trail") == {"IsLogging": False}
    trails.call("StartLogging", Name=arn)
    assert trails.call("GetTrailStatus", Name="trail")["IsLogging"] is True
    assert trails.call("GetEventSelectors", TrailName="trail")["EventSelectors"][0]["IncludeManagementEvents"] is True
    trails.call("DeleteTrail", Name="trail")
    with pytest.raises(Refused, match="TrailNotFoundException"):
        trails.call("GetTrail", Name="trail")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Name": "t", "S3BucketName": "flights"}, "InvalidTrailNameException"),
        ({"Name": "bad..name", "S3BucketName": "flights"}, "InvalidTrailNameException"),
        ({"Name": "trail", "S3BucketName": "none"}, "S3BucketDoesNotExistException"),
    ],
)
def test_a_trail_that_is_refused(trails: Trails, request_: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        trails.call("CreateTrail", **request_)
