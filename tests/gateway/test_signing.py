"""Signatures that botocore makes are accepted; anything changed afterwards is refused in the service's own words."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum

from brickline.baseplate import clock
from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.credentials import Credential
from brickline.baseplate.errors import Refused
from brickline.gateway import payloads, signing
from brickline.gateway.authorization import Malformed, authorization
from brickline.gateway.http import Headers, HttpRequest
from brickline.gateway.signing_errors import wording

CREDENTIAL = Credential("ASIAKEY", "secret", "token/+=", "123456789012", "arn:aws:iam::123456789012:user/u", 0.0)
PROTOCOL = {"s3": "rest-xml", "sts": "query", "lambda": "rest-json", "sagemaker": "json"}

HARD_PATH = "/bucket/a%20b//c/../%C3%BC%2B%3F~"


def signed(
    service: str,
    method: str = "GET",
    url: str = "http://127.0.0.1:4599/",
    body: bytes = b"",
    auth: type = SigV4Auth,
    headers: dict[str, str] | None = None,
    **options: Any,
) -> HttpRequest:
    request = AWSRequest(method, url, headers={"Host": urlsplit(url).netloc, **(headers or {})}, data=body)
    keys = Credentials(CREDENTIAL.access_key, CREDENTIAL.secret, CREDENTIAL.session_token)
    signer = auth(keys, **options) if auth is HmacV1QueryAuth else auth(keys, service, "eu-west-1", **options)
    signer.add_auth(request)
    address = urlsplit(request.prepare().url)
    pairs = [(name, str(value)) for name, value in request.headers.items()]
    return HttpRequest(method, address.path, address.query, Headers(pairs), BytesBody(body))


def check(request: HttpRequest, service: str, credential: Credential | None = CREDENTIAL) -> bytes | None:
    found = authorization(request)
    assert found is not None
    return signing.verify(request, found, credential, wording(PROTOCOL[service]))


GOOD: list[Callable[[], tuple[HttpRequest, str]]] = [
    lambda: (signed("sts", "POST", body=b"Action=GetCallerIdentity&Version=2011-06-15"), "sts"),
    lambda: (signed("sagemaker", "POST", body=b"{}", headers={"X-Amz-Target": "SageMaker.ListModels"}), "sagemaker"),
    lambda: (signed("lambda", url="http://h:1/2015-03-31/functions/arn%3Aaws%3Ax/code?Q=a%20b&A=%C3%BC&B"), "lambda"),
    lambda: (signed("lambda", url="http://h:1/a//b/./c/"), "lambda"),
    lambda: (signed("s3", url=f"http://h:1{HARD_PATH}?list-type=2&prefix=a%2Fb", auth=S3SigV4Auth), "s3"),
    lambda: (signed("s3", "PUT", f"http://h:1{HARD_PATH}", b"data", S3SigV4Auth), "s3"),
    lambda: (signed("s3", url=f"http://h:1{HARD_PATH}?versionId=1", auth=S3SigV4QueryAuth, expires=60), "s3"),
    lambda: (signed("s3", url="https://b.s3.eu-west-1.amazonaws.com/k", auth=S3SigV4QueryAuth, expires=60), "s3"),
    lambda: (signed("s3", url=f"http://h:1{HARD_PATH}?versionId=1", auth=HmacV1QueryAuth, expires=60), "s3"),
    lambda: (signed("sts", url="http://h:1/?Action=GetCallerIdentity", auth=SigV4QueryAuth, expires=60), "sts"),
    lambda: (signed("s3", headers={"x-amz-meta-a": " two   spaces "}, auth=S3SigV4Auth), "s3"),
]


@pytest.mark.parametrize("make", GOOD)
def test_what_botocore_signs_is_good(make: Callable[[], tuple[HttpRequest, str]]) -> None:
    check(*make())


@pytest.mark.parametrize("make", GOOD)
def test_a_changed_path_or_query_is_refused(make: Callable[[], tuple[HttpRequest, str]]) -> None:
    request, service = make()
    for changed in (replace(request, path=request.path + "x"), replace(request, method="DELETE")):
        with pytest.raises(Refused) as caught:
            check(changed, service)
        assert caught.value.code in ("SignatureDoesNotMatch", "InvalidSignatureException")
        assert caught.value.status == 403


def test_a_changed_body_is_refused() -> None:
    request = signed("sagemaker", "POST", body=b"{}")
    with pytest.raises(Refused, match="InvalidSignatureException"):
        check(replace(request, body=BytesBody(b"[]")), "sagemaker")


SESSIONS = [
    (None, "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"),
    (replace(CREDENTIAL, active=False), "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"),
    (replace(CREDENTIAL, session_token="other"), "InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException"),
    (replace(CREDENTIAL, expires=1.0), "ExpiredToken", "ExpiredToken", "ExpiredTokenException"),
]


@pytest.mark.parametrize(("credential", "s3", "sts", "lambda_"), SESSIONS)
def test_keys_and_sessions_that_are_not_good(credential: Credential | None, s3: str, sts: str, lambda_: str) -> None:
    for service, code in (("s3", s3), ("sts", sts), ("lambda", lambda_)):
        with pytest.raises(Refused) as caught:
            check(signed(service, auth=S3SigV4Auth if service == "s3" else SigV4Auth), service, credential)
        assert caught.value.code == code


@pytest.mark.parametrize("seconds", [-16 * 60, 16 * 60])
def test_a_clock_that_is_a_quarter_of_an_hour_off_is_refused(seconds: float) -> None:
    codes = []
    for service in ("s3", "sts", "lambda"):
        request = signed(service, auth=S3SigV4Auth if service == "s3" else SigV4Auth)
        clock.move(seconds)
        try:
            with pytest.raises(Refused) as caught:
                check(request, service)
        finally:
            clock.move(-seconds)
        codes.append(caught.value.code)
    assert codes == ["RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException"]


@pytest.mark.parametrize("auth", [S3SigV4QueryAuth, HmacV1QueryAuth])
def test_a_presigned_url_ends_when_it_says(auth: type) -> None:
    request = signed("s3", url="http://h:1/b/k", auth=auth, expires=60)
    clock.move(62)
    try:
        with pytest.raises(Refused, match="Request has expired") as caught:
            check(request, "s3")
    finally:
        clock.move(-62)
    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)


MALFORMED = [
    HttpRequest("GET", "/", headers=Headers([("authorization", "AWS4-HMAC-SHA256 Credential=a, Signature=b")])),
    HttpRequest("GET", "/", "X-Amz-Signature=1&X-Amz-Credential=a"),
    HttpRequest(
        *("GET", "/", ""),
        Headers([("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=b")]),
    ),
]


@pytest.mark.parametrize("request_", MALFORMED)
def test_an_authorization_that_cannot_be_read_says_why(request_: HttpRequest) -> None:
    with pytest.raises(Malformed, match=r".+"):
        authorization(request_)


# Payloads


def read_all(request: HttpRequest) -> bytes:
    return b"".join(iter(lambda: request.body.read(7), b""))


def test_a_body_that_is_not_the_declared_one_is_refused_at_its_end() -> None:
    headers = Headers([("x-amz-content-sha256", hashlib.sha256(b"data").hexdigest())])
    good = payloads.decoded(HttpRequest("PUT", "/b/k", "", headers, BytesBody(b"data")), None, checks=True)
    assert read_all(good) == b"data"
    for body in (b"tada", b"dat", b""):
        bad = payloads.decoded(HttpRequest("PUT", "/b/k", "", headers, BytesBody(body)), None, checks=True)
        with pytest.raises(Refused, match="XAmzContentSHA256Mismatch"):
            read_all(bad)


KEY = signing.signing_key("secret", "20260101", "eu-west-1", "s3")
DATE, SCOPE, SEED = "20260101T000000Z", "20260101/eu-west-1/s3/aws4_request", "5eed"
CHECKSUM = base64.b64encode(crc32(b"hello world").to_bytes(4, "big")).decode()


def chunked(pieces: list[bytes], trailer: bytes = b"", sign: bool = True) -> bytes:
    """An aws-chunked body, with the chain of signatures as S3's documentation describes it."""
    previous, body = SEED, b""
    for piece in [*pieces, b""]:
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{DATE}\n{SCOPE}\n{previous}\n{hashlib.sha256(b'').hexdigest()}\n"
        previous = signing.sign(KEY, text + hashlib.sha256(piece).hexdigest()).hex()
        extension = f";chunk-signature={previous}".encode() if sign else b""
        body += f"{len(piece):X}".encode() + extension + b"\r\n" + (piece + b"\r\n" if piece else b"")
    if trailer:
        body += trailer + b"\r\n"
    if trailer and sign:
        digest = hashlib.sha256(trailer + b"\n").hexdigest()
        signature = signing.sign(KEY, f"AWS4-HMAC-SHA256-TRAILER\n{DATE}\n{SCOPE}\n{previous}\n{digest}").hex()
        body += f"x-amz-trailer-signature:{signature}\r\n".encode()
    return body + b"\r\n"


def streamed(body: bytes, form: str, length: int = 11) -> HttpRequest:
    headers = [
        ("x-amz-content-sha256", form),
        ("content-encoding", "aws-chunked,gzip"),
        ("x-amz-decoded-content-length", str(length)),
    ]
    signatures = payloads.ChunkSignatures(KEY, DATE, SCOPE, SEED)
    request = HttpRequest("PUT", "/b/k", "", Headers(headers), BytesBody(body))
    return payloads.decoded(request, signatures, checks=True)


SIGNED, SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
TRAILER = f"x-amz-checksum-crc32:{CHECKSUM}".encode()
PIECES = [b"hello ", b"world"]


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (SIGNED, chunked(PIECES)),
        (SIGNED_TRAILER, chunked(PIECES, TRAILER)),
        (UNSIGNED_TRAILER, chunked(PIECES, TRAILER, sign=False)),
        (UNSIGNED_TRAILER, chunked([b"hello world"], sign=False)),
    ],
)
def test_chunks_are_decoded_and_trailers_are_kept(form: str, body: bytes) -> None:
    request = streamed(body, form)
    assert request.body.length == 11
    assert request.headers.get("content-encoding") == "gzip"
    assert read_all(request) == b"hello world"
    trailers = getattr(request.body, "trailers", {})
    assert trailers.get("x-amz-checksum-crc32") == (CHECKSUM if TRAILER in body else None)


def test_the_form_of_boto3_over_https_is_decoded() -> None:
    data = bytes(range(256)) * 12_000
    sent = AwsChunkedWrapper(io.BytesIO(data), checksum_cls=Crc32Checksum, checksum_name="x-amz-checksum-crc32").read()
    request = streamed(sent, UNSIGNED_TRAILER, len(data))
    assert b"".join(iter(lambda: request.body.read(100_000), b"")) == data
    assert list(getattr(request.body, "trailers", {})) == ["x-amz-checksum-crc32"]


def test_a_reader_that_stops_at_the_length_has_the_trailers() -> None:
    request = streamed(chunked(PIECES, TRAILER), SIGNED_TRAILER)
    assert request.body.read(6) + request.body.read(5) == b"hello world"
    assert "x-amz-checksum-crc32" in getattr(request.body, "trailers", {})


good = chunked(PIECES, TRAILER)
BROKEN = [
    (good.replace(b"world", b"w0rld"), SIGNED_TRAILER, 11, "SignatureDoesNotMatch"),
    (good.replace(CHECKSUM[:3].encode(), b"AAA"), SIGNED_TRAILER, 11, "SignatureDoesNotMatch"),
    (good[:60], SIGNED_TRAILER, 11, "IncompleteBody"),
    (good, SIGNED_TRAILER, 12, "IncompleteBody"),
    (b"zz\r\nhello", UNSIGNED_TRAILER, 11, "IncompleteBody"),
    (b"5\r\nhello world\r\n0\r\n\r\n", UNSIGNED_TRAILER, 11, "IncompleteBody"),
]


@pytest.mark.parametrize(("body", "form", "length", "code"), BROKEN)
def test_a_broken_stream_is_refused_while_it_is_read(body: bytes, form: str, length: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_all(streamed(body, form, length))
    assert caught.value.code == code


def test_dates_are_utc() -> None:
    assert signing.seconds_of("20260102T030405Z") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
