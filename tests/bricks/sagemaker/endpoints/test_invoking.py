"""Requests and answers, and what goes wrong with them."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.sagemaker.endpoints import invoking, operations

ECHO = """
import json
def answer(path, headers, body):
    wanted = ('content-type', 'accept', 'x-amzn-sagemaker-custom-attributes', 'x-amzn-sagemaker-inference-id')
    said = {name: headers[name] for name in wanted if name in headers}
    out = {'Content-Type': 'application/json', 'X-Amzn-SageMaker-Custom-Attributes': 'from-model'}
    return 200, out, json.dumps(said).encode()
"""
APPENDS = "def answer(path, headers, body):\n    return 200, {{'Content-Type': 'text/{0}'}}, body + b'{0}'\n"
RAISES = "def answer(path, headers, body):\n    return 415, {'Content-Type': 'text/plain'}, b'no such type'\n"
HANGS = "def answer(path, headers, body):\n    import time\n    time.sleep(60)\n"
STREAMS = "def answer(path, headers, body):\n    return 200, {'Content-Type': 'text/x'}, iter([b'a', b'b', b'c'])\n"


def test_headers_reach_the_model_and_come_back(account: Any) -> None:
    account.endpoint(account.config(account.model(ECHO)))
    answer = account.invoke(
        b"1,2", ContentType="text/csv", Accept="application/json", CustomAttributes="mine", InferenceId="id-1"
    )
    assert json.loads(answer["Body"]) == {
        "content-type": "text/csv",
        "accept": "application/json",
        "x-amzn-sagemaker-custom-attributes": "mine",
        "x-amzn-sagemaker-inference-id": "id-1",
    }
    assert (answer["ContentType"], answer["CustomAttributes"]) == ("application/json", "from-model")


def test_a_models_error_comes_with_its_status_its_words_and_its_log(account: Any) -> None:
    account.endpoint(account.config(account.model(RAISES)))
    error = account.refused(account.invoke)
    assert (error.code, error.status) == ("ModelError", 424)
    assert error.message.startswith('Received client error (415) from primary with message "no such type". See https:')
    assert error.members == {
        "OriginalStatusCode": 415,
        "OriginalMessage": "no such type",
        "LogStreamArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/e",
    }


def test_a_model_that_hangs_is_given_up(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoking, "LONGEST_CALL", 0.2)
    account.endpoint(account.config(account.model(HANGS)))
    error = account.refused(account.invoke)
    assert error.code == "ModelError"
    assert "timed out while waiting for a response from container primary" in error.members["OriginalMessage"]


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("TargetModel", "a.tar.gz", "TargetModel: multi-model endpoints are not there"),
        ("InferenceComponentName", "c", "InferenceComponentName: inference components are not there"),
        ("TargetVariant", "other", "Variant other not found"),
        ("TargetContainerHostname", "c", "goes with Mode Direct only"),
        ("Body", b"x" * 6291457, "6291456"),
    ],
)
def test_what_is_not_there_is_refused_by_name(account: Any, member: str, value: Any, words: str) -> None:
    account.endpoint(account.config(account.model()))
    error = account.refused(lambda: account.context.call(**_request(member, value)))
    assert (error.code, error.status) == ("ValidationError", 400)
    assert words in error.message


def test_an_inference_pipeline_passes_each_answer_on(account: Any) -> None:
    names = [{"ContainerHostname": "first"}, {"ContainerHostname": "second"}]
    model = account.model(APPENDS.format("one"), APPENDS.format("two"), containers=names)
    account.endpoint(account.config(model))
    answer = account.invoke(b">")
    assert (answer["Body"], answer["ContentType"]) == (b">onetwo", "text/two")
    account.wait(lambda: len(account.log()) == 2)
    assert {stream.split("/")[2] for stream in account.log()} == {"first", "second"}


def test_containers_are_invoked_directly_where_the_model_says_so(account: Any) -> None:
    names = [{"ContainerHostname": "first"}, {"ContainerHostname": "second"}]
    sources = APPENDS.format("one"), APPENDS.format("two")
    model = account.model(*sources, containers=names, InferenceExecutionConfig={"Mode": "Direct"})
    account.endpoint(account.config(model))
    assert account.said(b">", TargetContainerHostname="second") == ">two"
    assert "is needed" in account.refused(account.invoke).message


def test_an_answer_is_streamed_piece_by_piece(account: Any) -> None:
    account.endpoint(account.config(account.model(STREAMS)))
    answer = _stream(account)
    events = list(answer["Body"])
    assert b"".join(event["PayloadPart"]["Bytes"] for event in events) == b"abc"
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("text/x", "v0")


def test_a_stream_that_breaks_off_says_so_in_the_stream(account: Any) -> None:
    breaks = "def pieces():\n    yield b'a'\n    import os, time\n    time.sleep(0.1)\n    os._exit(1)\n"
    model = breaks + "def answer(path, headers, body):\n    return 200, {'Content-Length': '9'}, pieces()\n"
    account.endpoint(account.config(account.model(model)))
    *_, last = list(_stream(account)["Body"])
    assert last["ModelStreamError"]["ErrorCode"] == "StreamBroken"


def test_a_stream_that_nobody_reads_gives_its_instance_back(account: Any) -> None:
    account.endpoint(account.config(account.model(STREAMS)))
    _stream(account)
    account.update(account.config(account.model()))
    account.wait(lambda: not account.private()["fleets"]["leaving"], 5)


def test_a_request_whose_endpoint_is_deleted_gets_an_error(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "DELETION_SECONDS", 0.2)
    account.endpoint(account.config(account.model(HANGS)))
    caught: list[Refused] = []
    call = threading.Thread(target=lambda: caught.append(account.refused(account.invoke)))
    call.start()
    account.wait(lambda: _busy(account))
    account("DeleteEndpoint", EndpointName="e")
    call.join(20)
    assert caught[0].code == "ModelError"


def _request(member: str, value: Any) -> dict[str, Any]:
    return {
        "service": "sagemaker-runtime",
        "operation": "InvokeEndpoint",
        "EndpointName": "e",
        "Body": b"",
        member: value,
    }


def _stream(account: Any) -> Any:
    return account.context.call("sagemaker-runtime", "InvokeEndpointWithResponseStream", EndpointName="e", Body=b"")


def _busy(account: Any) -> bool:
    runtime = account.baseplate.brick("sagemaker-runtime")
    part: Any = runtime.parts[0]
    [answering] = part._served._known.values()
    return any(one.requests for lane in answering.route._lanes for one in lane.instances)
