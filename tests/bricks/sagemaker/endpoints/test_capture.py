from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from brickline.bricks.sagemaker.endpoints.capture_records import CaptureSettings, Exchange, file_key, record

MODEL = "def answer(path, headers, body):\n    return 200, {'Content-Type': 'application/json'}, b'[1]'\n"
CONFIG = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}


def settings(**changes: Any) -> CaptureSettings:
    return CaptureSettings.of({**CONFIG, **changes})


@pytest.mark.parametrize(
    ("content_type", "body", "encoding", "data"),
    [
        ("text/csv; charset=utf-8", b"1,2", "CSV", "1,2"),
        ("application/json", "ä".encode(), "JSON", "ä"),
        ("application/x-npy", b"\x93", "BASE64", base64.b64encode(b"\x93").decode()),
        ("text/csv", b"\xff", "BASE64", base64.b64encode(b"\xff").decode()),
    ],
)
def test_bodies_are_encoded_by_their_types(content_type: str, body: bytes, encoding: str, data: str) -> None:
    line = json.loads(record(settings(), Exchange(content_type, body, "text/csv", b"0", 1644845149.0, "id")))
    assert line["captureData"]["endpointInput"] == {
        "observedContentType": content_type,
        "mode": "INPUT",
        "data": data,
        "encoding": encoding,
    }
    assert line["captureData"]["endpointOutput"]["mode"] == "OUTPUT"
    assert line["eventMetadata"]["inferenceTime"] == "2022-02-14T13:25:49Z"
    assert line["eventMetadata"]["inferenceId"] == "id"
    assert line["eventVersion"] == "0"


def test_only_what_is_wanted_is_captured() -> None:
    inputs = settings(CaptureOptions=[{"CaptureMode": "Input"}])
    assert set(json.loads(record(inputs, Exchange("", b"", "", b"", 0.0)))["captureData"]) == {"endpointInput"}
    types = settings(CaptureContentTypeHeader={"CsvContentTypes": ["text/plain"]})
    assert types.encoding("text/plain") == "CSV"
    assert types.encoding("text/csv") == "BASE64"
    assert not settings(InitialSamplingPercentage=0).is_sampled
    half = settings(InitialSamplingPercentage=50)
    assert 400 < sum(half.is_sampled for _ in range(1000)) < 600


def test_files_lie_by_endpoint_variant_and_hour() -> None:
    key = file_key("captured/", "e", "v", 1644845149.123)
    assert re.fullmatch(r"captured/e/v/2022/02/14/13/25-49-12[23]-[0-9a-f-]{36}\.jsonl", key)


def test_requests_are_captured_and_a_clean_stop_loses_none(start: Any) -> None:
    account = start()
    account.endpoint(account.config(account.model(MODEL), DataCaptureConfig=CONFIG))
    assert account.describe()["DataCaptureConfig"]["CaptureStatus"] == "Started"
    for number in range(5):
        account.invoke(str(number).encode(), ContentType="text/csv", InferenceId=f"id-{number}")
    account.baseplate.close()
    account = start()
    lines = [json.loads(line) for line in captured(account)]
    assert [line["captureData"]["endpointInput"]["data"] for line in lines] == ["0", "1", "2", "3", "4"]
    assert lines[0]["captureData"]["endpointOutput"]["data"] == "[1]"


def test_captured_requests_reach_s3_while_the_server_runs(account: Any) -> None:
    account.endpoint(account.config(account.model(MODEL), DataCaptureConfig=CONFIG))
    account.invoke(b"1", ContentType="text/csv")
    account.wait(lambda: bool(captured(account)), 10)


def captured(account: Any) -> list[str]:
    found = account.context.call("s3", "ListObjectsV2", Bucket="bucket", Prefix="captured/e/v0/")
    lines = []
    for one in found.get("Contents") or ():
        body = account.context.call("s3", "GetObject", Bucket="bucket", Key=one["Key"])["Body"]
        lines += body.read().decode().splitlines()
        body.close()
    return lines
