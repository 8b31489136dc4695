from __future__ import annotations

import pytest
from tests.bricks.s3.conftest import BUCKET, S3


@pytest.mark.parametrize(
    "name",
    ["aB", "a", "-ab", "ab-", "a..b", "a_b", "192.168.1.1", "xn--abc", "abc-s3alias", "x" * 64],
)
def test_a_name_against_the_rules_is_refused(s3: S3, name: str) -> None:
    s3.refused("InvalidBucketName", "CreateBucket", Bucket=name)


def test_the_owner_may_create_a_bucket_again_in_the_first_region_alone(s3: S3) -> None:
    s3("CreateBucket")
    europe = S3(s3.baseplate.context(region="eu-west-1"))
    here = {"LocationConstraint": "eu-west-1"}
    europe("CreateBucket", Bucket="in-europe", CreateBucketConfiguration=here)
    europe.refused("BucketAlreadyOwnedByYou", "CreateBucket", Bucket="in-europe", CreateBucketConfiguration=here)
    europe.refused("IllegalLocationConstraintException", "CreateBucket", Bucket="nowhere-named")
    assert europe("GetBucketLocation", Bucket="in-europe") == here
    assert s3("GetBucketLocation") == {}
    assert s3("HeadBucket", Bucket="in-europe")["BucketRegion"] == "eu-west-1"


def test_names_are_one_for_all_accounts_and_a_bucket_is_its_owners(s3: S3, other_account: S3) -> None:
    other_account.refused("BucketAlreadyExists", "CreateBucket")
    assert other_account.refused("AccessDenied", "ListObjectsV2").status == 403
    assert other_account.refused("AccessDenied", "PutObject", Key="k").status == 403
    assert other_account("ListBuckets")["Buckets"] == []
    assert s3.refused("AccessDenied", "HeadBucket", ExpectedBucketOwner="999988887777").status == 403


def test_only_an_empty_bucket_goes_and_its_uploads_go_with_it(s3: S3) -> None:
    s3.put("k")
    s3.refused("BucketNotEmpty", "DeleteBucket")
    s3("DeleteObject", Key="k")
    upload = s3("CreateMultipartUpload", Key="half")["UploadId"]
    s3("UploadPart", Key="half", UploadId=upload, PartNumber=1, Body=b"x")
    s3("DeleteBucket")
    assert s3.files() == 0
    s3.refused("NoSuchBucket", "HeadBucket")
    s3("CreateBucket")
    s3.refused("NoSuchUpload", "ListParts", Key="half", UploadId=upload)


def test_buckets_are_listed_by_name_in_pages(s3: S3) -> None:
    for name in ("zzz", "bbb", "b-2"):
        s3("CreateBucket", Bucket=name)
    names, token = [], None
    while True:
        answer = s3("ListBuckets", MaxBuckets=2, **({"ContinuationToken": token} if token else {}))
        names += [bucket["Name"] for bucket in answer["Buckets"]]
        token = answer.get("ContinuationToken")
        if not token:
            break
    assert names == [BUCKET, "b-2", "bbb", "zzz"]
    assert [bucket["Name"] for bucket in s3("ListBuckets", Prefix="b")["Buckets"]] == ["b-2", "bbb"]


def test_what_a_bucket_cannot_be_is_not_promised(s3: S3) -> None:
    s3.refused("NotImplemented", "CreateBucket", Bucket="locked", ObjectLockEnabledForBucket=True)
    s3.refused("NoSuchBucket", "HeadBucket", Bucket="locked")
    s3.refused("ObjectLockConfigurationNotFoundError", "GetObjectLockConfiguration")
