from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bricks.s3.conftest import S3

POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*"}})
TAGS = {"TagSet": [{"Key": "k", "Value": "v"}]}
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
LIFECYCLE = {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}]}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}}]}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
REPLICATION = {"Role": "arn:aws:iam::123456789012:role/r", "Rules": []}
WEBSITE = {"IndexDocument": {"Suffix": "index.html"}}
NOTIFICATION = {
    "EventBridgeConfiguration": {},
    "LambdaFunctionConfigurations": [
        {"Id": "1", "LambdaFunctionArn": "arn:aws:lambda:us-east-1:1:function:f", "Events": ["s3:ObjectCreated:*"]}
    ],
}


@pytest.mark.parametrize(
    ("document", "member", "value", "absent", "is_whole_answer"),
    [
        ("BucketPolicy", "Policy", POLICY, "NoSuchBucketPolicy", False),
        ("BucketTagging", "Tagging", TAGS, "NoSuchTagSet", True),
        ("BucketCors", "CORSConfiguration", CORS, "NoSuchCORSConfiguration", True),
        ("PublicAccessBlock", "PublicAccessBlockConfiguration", BLOCK, "NoSuchPublicAccessBlockConfiguration", False),
        ("BucketOwnershipControls", "OwnershipControls", OWNERSHIP, "OwnershipControlsNotFoundError", False),
        ("BucketWebsite", "WebsiteConfiguration", WEBSITE, "NoSuchWebsiteConfiguration", True),
        (
            "BucketReplication",
            "ReplicationConfiguration",
            REPLICATION,
            "ReplicationConfigurationNotFoundError",
            False,
        ),
    ],
)
def test_a_document_is_put_given_back_and_deleted(
    s3: S3, document: str, member: str, value: Any, absent: str, is_whole_answer: bool
) -> None:
    s3.refused(absent, f"Get{document}")
    s3(f"Put{document}", **{member: value})
    assert s3(f"Get{document}") == (value if is_whole_answer else {member: value})
    s3(f"Delete{document}")
    s3.refused(absent, f"Get{document}")


def test_the_lifecycle_is_deleted_by_an_operation_of_another_name(s3: S3) -> None:
    s3.refused("NoSuchLifecycleConfiguration", "GetBucketLifecycleConfiguration")
    s3("PutBucketLifecycleConfiguration", LifecycleConfiguration=LIFECYCLE)
    assert s3("GetBucketLifecycleConfiguration") == LIFECYCLE
    s3("DeleteBucketLifecycle")
    s3.refused("NoSuchLifecycleConfiguration", "GetBucketLifecycleConfiguration")


def test_documents_that_every_bucket_has_are_there_from_the_start(s3: S3) -> None:
    rule = s3("GetBucketEncryption")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3("GetBucketVersioning") == {}
    assert s3("GetBucketNotificationConfiguration") == {}
    assert s3("GetBucketRequestPayment") == {"Payer": "BucketOwner"}
    s3("PutBucketNotificationConfiguration", NotificationConfiguration=NOTIFICATION)
    assert s3("GetBucketNotificationConfiguration") == NOTIFICATION


def test_a_bucket_s_encryption_is_that_of_new_objects(s3: S3) -> None:
    assert s3.put("before")["ServerSideEncryption"] == "AES256"
    s3("PutBucketEncryption", ServerSideEncryptionConfiguration=ENCRYPTION)
    answer = s3.put("after")
    assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", "key")


@pytest.mark.parametrize("policy", ["{", "[]", '{"Version": "2012-10-17"}'])
def test_a_policy_that_is_none_is_refused(s3: S3, policy: str) -> None:
    s3.refused("MalformedPolicy", "PutBucketPolicy", Policy=policy)


def test_a_policy_for_everybody_is_public(s3: S3) -> None:
    s3("PutBucketPolicy", Policy=POLICY)
    assert s3("GetBucketPolicyStatus") == {"PolicyStatus": {"IsPublic": True}}
    s3("PutBucketPolicy", Policy=POLICY.replace('"*"', '{"AWS": "arn:aws:iam::123456789012:root"}', 1))
    assert s3("GetBucketPolicyStatus") == {"PolicyStatus": {"IsPublic": False}}


def test_versioning_and_tags_are_checked(s3: S3) -> None:
    s3.refused("IllegalVersioningConfigurationException", "PutBucketVersioning", VersioningConfiguration={})
    s3.refused("InvalidTag", "PutBucketTagging", Tagging={"TagSet": [*TAGS["TagSet"], *TAGS["TagSet"]]})


def test_access_control_lists_are_given_back_as_grants(s3: S3) -> None:
    s3("PutBucketAcl", ACL="public-read")
    assert [grant["Permission"] for grant in s3("GetBucketAcl")["Grants"]] == ["FULL_CONTROL", "READ"]
    s3.put("k", ACL="public-read")
    assert len(s3("GetObjectAcl", Key="k")["Grants"]) == 2
    s3("PutObjectAcl", Key="k", ACL="private")
    assert len(s3("GetObjectAcl", Key="k")["Grants"]) == 1
