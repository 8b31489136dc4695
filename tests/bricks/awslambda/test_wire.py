"""Functions as boto3 sees them, through a gateway."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from tests.bricks.awslambda.conftest import ROLE, package

from brickline.baseplate.client_environment import Addresses
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server

SOURCE = """
import boto3
def handler(event, context):
    if event.get("fail"):
        raise KeyError("day")
    return boto3.client("sts").get_caller_identity()["Arn"]
"""


@pytest.fixture
def client(baseplate: Baseplate) -> Iterator[Any]:
    """boto3's client of the service, with the default session's keys."""
    baseplate.start()
    server = Server(baseplate)
    server.start()
    baseplate.addresses = Addresses(endpoint_url=server.url)
    keys = json.loads((baseplate.data / "credentials.json").read_text())
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    yield session.client("lambda", endpoint_url=server.url)
    server.stop()


def test_a_function_is_created_invoked_and_downloaded(client: Any) -> None:
    code = package(app=SOURCE)
    request = {"Runtime": "python3.11", "Role": ROLE, "Handler": "app.handler", "Timeout": 20}
    client.create_function(FunctionName="whoami", Code={"ZipFile": code}, **request)
    client.get_waiter("function_active_v2").wait(FunctionName="whoami", WaiterConfig={"Delay": 1})
    answer = client.invoke(FunctionName="whoami", LogType="Tail", Payload=b"{}")
    assert json.loads(answer["Payload"].read()) == "arn:aws:sts::123456789012:assumed-role/MLOps-LambdaRole/whoami"
    assert answer["ExecutedVersion"] == "$LATEST"
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"START RequestId: {request_id}" in base64.b64decode(answer["LogResult"]).decode()
    failed = client.invoke(FunctionName="whoami", Payload=b'{"fail": true}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read())["errorType"] == "KeyError"
    found = client.get_function(FunctionName="whoami")
    with urllib.request.urlopen(found["Code"]["Location"]) as download:
        assert download.read() == code
    assert found["Configuration"]["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="nobody")
