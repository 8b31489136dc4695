"""A gateway on a real port, over toy bricks."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server


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

    def get_access_key_info(self, context: Context, request: Shape) -> Shape:
        return {"Account": context.cause}


class Objects:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}
        self.failures: queue.Queue[Exception] = queue.Queue()

    def put_object(self, context: Context, request: Shape) -> Shape:
        body = request.get("Body")
        pieces = []
        try:
            while body and (piece := body.read(1 << 20)):
                pieces.append(piece)
        except Refused as error:
            self.failures.put(error)
            raise
        self.kept[request["Bucket"], request["Key"]] = b"".join(pieces)
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
def client(server: tuple[Server, Baseplate]) -> Callable[..., Any]:
    gateway, baseplate = server
    credential = baseplate.credentials.issue("123456789012", "arn:aws:sts::123456789012:assumed-role/r/s", 3600)
    keys = {
        "aws_access_key_id": credential.access_key,
        "aws_secret_access_key": credential.secret,
        "aws_session_token": credential.session_token,
    }

    def make(service: str, **changes: Any) -> Any:
        config = changes.pop("config", Config(retries={"total_max_attempts": 1}))
        options = {"endpoint_url": gateway.url, **keys, **changes}
        return boto3.client(service, region_name="eu-west-1", config=config, **options)

    return make
