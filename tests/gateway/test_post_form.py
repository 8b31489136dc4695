"""Uploads from a form whose policy was signed by `generate_presigned_post`."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.config import Config

from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.errors import Refused
from brickline.gateway.multipart import read_parts

END = "--frontier"


def post(url: str, fields: dict[str, str], data: bytes) -> tuple[int, bytes]:
    start = f"{END}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    file = f'{start}"file"; filename="ü.bin"\r\nContent-Type: a/b\r\n\r\n'
    body = ("".join(parts) + file).encode() + data + f"\r\n{END}--\r\n".encode()
    headers = {"Content-Type": "multipart/form-data; boundary=frontier"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_uploads_what_its_policy_allows(client: Any, objects: Any, version: str) -> None:
    s3 = client("s3", config=Config(signature_version=version))
    conditions = [["content-length-range", 2, 2_000_000], {"success_action_status": "201"}]
    form = s3.generate_presigned_post("bucket", "in/${filename}", {"success_action_status": "201"}, conditions, 60)
    data = bytes(range(256)) * 4000 + b"\r\n--front"
    status, body = post(form["url"], form["fields"], data)
    assert status == 201
    assert "<Key>in/ü.bin</Key>" in body.decode()
    assert objects.kept["bucket", "in/ü.bin"] == data


REFUSED = [
    ({"key": "out/x"}, b"data", b"AccessDenied"),
    ({"x-amz-meta-extra": "1"}, b"data", b"Extra input fields"),
    ({"policy": "e30="}, b"data", b"SignatureDoesNotMatch"),
    ({}, b"d", b"EntityTooSmall"),
    ({}, b"d" * 100, b"EntityTooLarge"),
]


@pytest.mark.parametrize(("change", "data", "said"), REFUSED)
def test_a_form_that_its_policy_does_not_allow_is_refused(
    client: Any, objects: Any, change: dict[str, str], data: bytes, said: bytes
) -> None:
    form = client("s3").generate_presigned_post("bucket", "k", {}, [["content-length-range", 2, 50]], 60)
    status, body = post(form["url"], {**form["fields"], **change}, data)
    assert status in (400, 403)
    assert said in body
    assert objects.kept == {}


BROKEN = [b"", b'--f\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--f--\r\n', b"--f\r\nno end"]


@pytest.mark.parametrize("body", BROKEN)
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        read_parts("multipart/form-data; boundary=f", BytesBody(body))
