"""Unmodified clients reach a brick's operations, and are told what went wrong."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server

Client = Callable[..., Any]


def test_a_json_call_is_answered_with_the_shape_s_members_alone(client: Client) -> None:
    answer = client("sagemaker").describe_training_job(TrainingJobName="mine")
    assert answer["TrainingJobArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:training-job/mine"
    assert "Extra" not in answer
    assert answer["ResponseMetadata"]["RequestId"]


def test_a_refusal_reaches_the_client_with_its_code_and_message(client: Client) -> None:
    with pytest.raises(ClientError, match="Could not find") as caught:
        client("sagemaker").describe_training_job(TrainingJobName="other")
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_input_that_does_not_fit_the_model_is_refused_in_the_words_of_aws(client: Client) -> None:
    with pytest.raises(ClientError, match="at 'trainingJobName' failed to satisfy constraint"):
        client("sagemaker").describe_training_job(TrainingJobName="no_underscore")


def test_a_defect_is_an_internal_error_with_a_request_id(client: Client) -> None:
    with pytest.raises(ClientError) as caught:
        client("sagemaker").describe_training_job(TrainingJobName="broken")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert caught.value.response["ResponseMetadata"]["RequestId"]


def test_an_operation_without_a_brick_is_named_in_a_4xx(client: Client) -> None:
    with pytest.raises(ClientError, match="sagemaker:CreateCluster") as caught:
        client("sagemaker").create_cluster(ClusterName="c")
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("service", "operation"),
    [("dynamodb", "ListTables"), ("glue", "GetDatabases"), ("eks", "ListClusters"), ("ec2", "DescribeVpcs")],
)
def test_a_service_that_is_not_here_is_named_as_well(client: Client, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service), xform_name(operation))()
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert f"{service}:{operation}" in caught.value.response["Error"]["Message"]


def test_a_query_call_knows_its_caller(client: Client) -> None:
    assert client("sts").get_caller_identity()["Arn"].endswith("assumed-role/r/s")


def test_an_object_goes_in_and_comes_out(client: Client) -> None:
    s3 = client("s3")
    data = bytes(range(256)) * 8192
    s3.put_object(Bucket="bucket", Key="a//b/../ü +?&", Body=data)
    answer = s3.get_object(Bucket="bucket", Key="a//b/../ü +?&")
    assert answer["Body"].read() == data
    assert answer["Metadata"] == {"a": "b"}
    assert s3.head_object(Bucket="bucket", Key="a//b/../ü +?&")["ContentLength"] == len(data)


def test_a_missing_key_is_the_modelled_exception(client: Client) -> None:
    s3 = client("s3")
    with pytest.raises(s3.exceptions.NoSuchKey) as caught:
        s3.get_object(Bucket="bucket", Key="none")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(ClientError) as head:
        s3.head_object(Bucket="bucket", Key="none")
    assert head.value.response["Error"]["Code"] == "404"


def test_no_buckets_are_an_empty_list(client: Client) -> None:
    assert client("s3").list_buckets()["Buckets"] == []


def test_wrong_secret_and_unknown_key_are_403(client: Client) -> None:
    cases = [
        ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId"),
        ("sagemaker", "list_training_jobs", "InvalidSignatureException", "UnrecognizedClientException"),
    ]
    for service, operation, signature_code, key_code in cases:
        for change, code in (
            ({"aws_secret_access_key": "wrong"}, signature_code),
            ({"aws_access_key_id": "AKIAUNKNOWN"}, key_code),
        ):
            with pytest.raises(ClientError) as caught:
                getattr(client(service, **change), operation)()
            assert caught.value.response["Error"]["Code"] == code
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_unsigned_requests_are_refused_unless_signatures_are_switched_off(server: tuple[Server, Baseplate]) -> None:
    gateway, baseplate = server
    assert plain_get(gateway.url + "/bucket/key") == (403, "AccessDenied")
    baseplate.settings = replace(baseplate.settings, verify_signatures=False)
    open_gateway = Server(baseplate)
    open_gateway.start()
    assert plain_get(open_gateway.url + "/bucket/key") == (404, "NoSuchKey")
    open_gateway.stop()


def plain_get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        found = re.search(rb"<Code>(\w+)</Code>", error.read())
        return error.code, found[1].decode() if found else ""


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_need_no_credentials(client: Client, version: str) -> None:
    s3 = client("s3", config=Config(signature_version=version))
    s3.put_object(Bucket="bucket", Key="a b/ü", Body=b"data")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "a b/ü"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"data"
    assert plain_get(url + "0")[0] == 403


def test_buckets_in_the_host_name(client: Client, server: tuple[Server, Baseplate]) -> None:
    url = f"http://localhost:{server[0].port}"
    s3 = client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "virtual"}))
    s3.meta.events.register("before-send.s3", to_loopback)
    s3.put_object(Bucket="bucket", Key="k", Body=b"data")
    assert client("s3").get_object(Bucket="bucket", Key="k")["Body"].read() == b"data"


def to_loopback(request: Any, **_: Any) -> None:
    """Connect to 127.0.0.1 where the URL says `bucket.localhost`, as name resolution would."""
    address = urlsplit(request.url)
    assert address.hostname == "bucket.localhost"
    request.headers["Host"] = address.netloc
    request.url = request.url.replace(address.netloc, f"127.0.0.1:{address.port}")


def test_what_no_brick_has_goes_to_the_fallback_endpoint(server: tuple[Server, Baseplate], client: Client) -> None:
    behind, baseplate = server
    front = Server(Empty(baseplate, behind.url))
    front.start()
    s3 = client("s3", endpoint_url=front.url)
    s3.put_object(Bucket="bucket", Key="k", Body=b"x" * 2_000_000)
    assert len(s3.get_object(Bucket="bucket", Key="k")["Body"].read()) == 2_000_000
    assert client("sts", endpoint_url=front.url).get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="NotImplemented"):
        client("codebuild", endpoint_url=front.url).list_builds()
    front.stop()


class Empty:
    """A baseplate without bricks."""

    def __init__(self, baseplate: Baseplate, fallback: str) -> None:
        self.settings = replace(baseplate.settings, fallback=fallback)
        self.credentials = baseplate.credentials

    def has(self, service: str, operation: str) -> bool:
        return False

    def call(self, context: Context, service: str, operation: str, request: Shape) -> Shape:
        raise AssertionError("nothing is here to be called")
