"""A function that is started by what it does itself: the loop is seen and stopped."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any
from urllib.request import urlopen

import pytest
from tests.clients.harness import Server
from tests.clients.test_events import boto

FUNCTION = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    key = event["detail"]["object"]["key"]
    s3.put_object(Bucket="loop", Key=f"{int(key) + 1}", Body=b"x")
"""


def test_a_function_that_starts_itself_is_stopped(server: Server) -> None:
    s3, functions, events = (boto(server, name) for name in ("s3", "lambda", "events"))
    role = "arn:aws:iam::123456789012:role/MLOps-LambdaRole"
    code = {"ZipFile": _zip(FUNCTION)}
    made = functions.create_function(
        FunctionName="loop", Runtime="python3.11", Role=role, Handler="app.handler", Timeout=30, Code=code
    )
    s3.create_bucket(Bucket="loop")
    s3.put_bucket_notification_configuration(Bucket="loop", NotificationConfiguration={"EventBridgeConfiguration": {}})
    events.put_rule(
        Name="loop", EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": ["loop"]}}})
    )
    events.put_targets(Rule="loop", Targets=[{"Id": "f", "Arn": made["FunctionArn"]}])
    s3.put_object(Bucket="loop", Key="0", Body=b"x")
    [letter] = _dead_letters(server, made["FunctionArn"])
    assert letter["error"].startswith("LoopDetected: 50 events follow from one another")
    assert "aws.s3 'Object Created'" in letter["error"]
    assert s3.list_objects_v2(Bucket="loop")["KeyCount"] == 51


def _dead_letters(server: Server, target: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 90
    while True:
        with urlopen(f"{server.url}/_brickline/dead-letters") as answer:
            found = [letter for letter in json.load(answer)["dead-letters"] if letter["target"] == target]
        if found:
            return found
        if time.monotonic() > deadline:
            pytest.fail("the loop was not stopped")
        time.sleep(0.2)


def _zip(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()
