"""Unmodified clients reach a brick's operations through a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server

Client = Callable[..., Any]


class TrainingJobs:
    def describe_training_job(self, context: Context, request: Shape) -> Shape:
        if request["TrainingJobName"] == "broken":
            raise RuntimeError("a defect")
        if request["TrainingJobName"] != "mine":
            raise Refused("ValidationException", f"Could not find training job {request['TrainingJobName']!r}")
        return {"TrainingJobName": "mine", "TrainingJobArn": context.arn("sagemaker", "training-job/mine"), "Extra": 1}


class Identity:
    def get_caller_identity(self, context: Context, request: Shape) -> Shape:
        return {"Account": context.account, "Arn": context.principal, "UserId": context.access_key}


class Objects:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}
        self.trailers: dict[str, str] = {}

    def put_object(self, context: Context, request: Shape) -> Shape:
        body = request.get("Body")
        pieces = []
        while body and (piece := body.read(1 << 20)):
            pieces.append(piece)
        self.kept[request["Bucket"], request["Key"]] = b"".join(pieces)
        self.trailers = getattr(body, "trailers", {})
        return {"ETag": '"e"'}

    def get_object(self, context: Context, request: Shape) -> Shape:
        data = self.kept.get((request["Bucket"], request["Key"]))
        if data is None:
            raise Refused("NoSuchKey", "The specified key does not exist.", Key=request["Key"])
        return {"Body": data, "ContentLength": len(data), "Metadata": {"a": "b"}}

    def head_object(self, context: Context, request: Shape) -> Shape:
        return {name: value for name, value in self.get_object(context, request).items() if name != "Body"}

    def list_buckets(self, context: Context, request: Shape) -> Shape:
        return {}


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def server(make_baseplate: Callable[..., Baseplate], objects: Objects) -> Iterator[tuple[Server, Baseplate]]:
    baseplate = make_baseplate(
        {
            "sagemaker": lambda _: Brick("sagemaker", (TrainingJobs(),)),
            "sts": lambda _: Brick("sts", (Identity(),)),
            "s3": lambda _: Brick("s3", (objects,)),
        }
    )
    server = Server(baseplate)
    server.start()
    yield server, baseplate
    server.stop()


@pytest.fixture
def client(server: tuple[Server, Baseplate]) -> Client:
    gateway, baseplate = server
    credential = baseplate.credentials.issue("123456789012", "arn:aws:sts::123456789012:assumed-role/r/s", 3600)
    keys = {
        "aws_access_key_id": credential.access_key,
        "aws_secret_access_key": credential.secret,
        "aws_session_token": credential.session_token,
    }

    def make(service: str, **changes: Any) -> Any:
        config = changes.pop("config", Config(retries={"total_max_attempts": 1}))
        return boto3.client(
            service, endpoint_url=gateway.url, region_name="eu-west-1", config=config, **{**keys, **changes}
        )

    return make


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


def test_wrong_secret_and_unknown_key_are_403(client: Client, tmp_path: Path) -> None:
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
