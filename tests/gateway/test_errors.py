"""Refusals as clients read them: botocore finds the modelled exception, its message and its members."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import StructureShape
from botocore.parsers import create_parser

from brickline.baseplate.errors import Refused
from brickline.baseplate.models import service_model
from brickline.gateway import protocols
from brickline.gateway.http import Exchange, Headers, HttpRequest, HttpResponse

SPOKEN = [
    ("sagemaker", "json"),
    ("codebuild", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "smithy-rpc-v2-cbor"),
    ("iam", "query"),
    ("lambda", "rest-json"),
    ("logs", "json"),
    ("s3", "rest-xml"),
    ("scheduler", "rest-json"),
    ("sqs", "json"),
    ("sts", "query"),
]


def answer(service: str, protocol: str, refused: Refused, method: str = "POST") -> HttpResponse:
    exchange = Exchange(HttpRequest(method, "/b/k", headers=Headers()), "id-1")
    return protocols.wire_protocol(protocol).error(service_model(service), refused, exchange)


def parsed(service: str, protocol: str, refused: Refused, shape: StructureShape | None = None) -> dict[str, Any]:
    sent = answer(service, protocol, refused)
    assert isinstance(sent.body, bytes)
    response = {"status_code": sent.status, "headers": HeadersDict(dict(sent.headers)), "body": sent.body}
    found: dict[str, Any] = create_parser(protocol).parse(response, shape)
    return found


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_every_modelled_error_has_its_code_message_and_status(service: str, protocol: str) -> None:
    for shape in service_model(service).error_shapes:
        found = parsed(service, protocol, Refused(shape.name, "what <you> & would do"))
        assert shape.error_code in (found["Error"]["Code"], found["Error"].get("QueryErrorCode"))
        assert found["Error"]["Message"] == "what <you> & would do"
        status = shape.metadata.get("error", {}).get("httpStatusCode")
        if status:
            assert found["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_a_code_that_the_model_does_not_have_goes_out_as_it_is(service: str, protocol: str) -> None:
    found = parsed(service, protocol, Refused("SomethingOfItsOwn", "no", 403))
    assert found["Error"]["Code"] == "SomethingOfItsOwn"
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_members_of_an_error_s_shape_are_sent_and_others_are_not() -> None:
    shape = service_model("lambda").shape_for("ResourceConflictException")
    found = parsed("lambda", "rest-json", Refused("ResourceConflictException", "m", Type="User", Other=1), shape)
    assert {name: found[name] for name in ("Type", "message")} == {"Type": "User", "message": "m"}
    assert "Other" not in found


def test_codes_of_the_query_protocol_go_along_where_older_clients_compare_them() -> None:
    found = parsed("sqs", "json", Refused("QueueDoesNotExist", "m"))
    assert found["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert found["Error"]["QueryErrorCode"] == "QueueDoesNotExist"


def test_s3_names_the_resource_and_both_request_ids() -> None:
    sent = answer("s3", "rest-xml", Refused("NoSuchKey", "m", Key="k"))
    body = bytes(sent.body) if isinstance(sent.body, bytes) else b""
    assert sent.status == 404
    for element in (b"<Key>k</Key>", b"<Resource>/b/k</Resource>", b"<RequestId>id-1</RequestId>", b"<HostId>"):
        assert element in body
    assert {"x-amz-request-id", "x-amz-id-2"} <= {name for name, _ in sent.headers}


def test_s3_sends_headers_of_a_refusal_and_no_body_to_head() -> None:
    refused = Refused("MethodNotAllowed", "m", **{"x-amz-delete-marker": "true"})
    sent = answer("s3", "rest-xml", refused, "HEAD")
    assert (sent.status, sent.body) == (405, b"")
    assert ("x-amz-delete-marker", "true") in sent.headers
    assert answer("s3", "rest-xml", Refused("NotModified", "m", 304, ETag='"e"'), "GET").body == b""
