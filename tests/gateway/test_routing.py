"""A request's service and operation, from whatever names them."""

from __future__ import annotations

import pytest

from brickline.baseplate.errors import Refused
from brickline.baseplate.models import service_model
from brickline.gateway.authorization import authorization
from brickline.gateway.http import Headers, HttpRequest
from brickline.gateway.rest_routes import rest_routes
from brickline.gateway.routing import bucket_in_host, find_route, find_target
from brickline.gateway.services import SERVICES


def request(method: str = "GET", url: str = "/", **headers: str) -> HttpRequest:
    path, _, query = url.partition("?")
    values = {"host": "127.0.0.1:4599", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return HttpRequest(method, path, query, Headers(values.items()))


def scope(service: str) -> str:
    credential = f"AKIA/20260101/eu-west-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00"


FORM = "application/x-www-form-urlencoded; charset=utf-8"
ROUTES = [
    (request("POST", x_amz_target="SageMaker.ListModels"), "sagemaker", "ListModels", "json"),
    (request("POST", x_amz_target="Logs_20140328.PutLogEvents"), "logs", "PutLogEvents", "json"),
    (
        request("POST", x_amz_target="com.amazonaws.codeconnections.CodeConnections_20231201.GetConnection"),
        *("codeconnections", "GetConnection", "json"),
    ),
    (
        request("POST", "/service/CodeBuild_20161006/operation/StartBuild", smithy_protocol="rpc-v2-cbor"),
        *("codebuild", "StartBuild", "smithy-rpc-v2-cbor"),
    ),
    (
        request("POST", "/?Action=GetRole&Version=2010-05-08", authorization=scope("iam"), content_type=FORM),
        *("iam", "GetRole", "query"),
    ),
    (request("POST", "/?Action=GetCallerIdentity&Version=2011-06-15"), "sts", "GetCallerIdentity", "query"),
    (
        request("POST", "/endpoints/e/invocations", authorization=scope("sagemaker")),
        *("sagemaker-runtime", "InvokeEndpoint", "rest-json"),
    ),
    (
        request("PUT", "/BatchPutMetrics", authorization=scope("sagemaker")),
        *("sagemaker-metrics", "BatchPutMetrics", "rest-json"),
    ),
    (
        request("GET", "/2015-03-31/functions", authorization=scope("lambda")),
        *("lambda", "ListFunctions", "rest-json"),
    ),
    (
        request("GET", "/2015-03-31/functions/arn%3Aaws%3Alambda/configuration", authorization=scope("lambda")),
        *("lambda", "GetFunctionConfiguration", "rest-json"),
    ),
    (request("GET", "/bucket/a/b"), "s3", "GetObject", "rest-xml"),
    (request("GET", "/bucket"), "s3", "ListObjects", "rest-xml"),
    (request("GET", "/bucket/?list-type=2&prefix=a"), "s3", "ListObjectsV2", "rest-xml"),
    (request("GET", "/bucket/k?uploadId=u"), "s3", "ListParts", "rest-xml"),
    (request("POST", "/bucket/k?uploads"), "s3", "CreateMultipartUpload", "rest-xml"),
    (request("POST", "/bucket/k?uploads="), "s3", "CreateMultipartUpload", "rest-xml"),
    (request("PUT", "/bucket/k", x_amz_copy_source="/b/k"), "s3", "CopyObject", "rest-xml"),
    (
        request("PUT", "/bucket/k?partNumber=1&uploadId=u", x_amz_copy_source="/b/k"),
        *("s3", "UploadPartCopy", "rest-xml"),
    ),
    (request("PUT", "/bucket/k?partNumber=1&uploadId=u"), "s3", "UploadPart", "rest-xml"),
    (request("PUT", "/bucket?notification"), "s3", "PutBucketNotificationConfiguration", "rest-xml"),
    (request("GET", "/bucket?inventory&id=1"), "s3", "GetBucketInventoryConfiguration", "rest-xml"),
    (request("GET", "/k?tagging", host="data.s3.eu-west-1.amazonaws.com"), "s3", "GetObjectTagging", "rest-xml"),
    (request("POST", "/", host="sts.amazonaws.com", content_type=FORM), "sts", "", "query"),
    (request("GET", "/schedules/x", host="scheduler.eu-west-1.amazonaws.com"), "scheduler", "GetSchedule", "rest-json"),
]


@pytest.mark.parametrize(("sent", "service", "operation", "protocol"), ROUTES)
def test_a_request_finds_its_operation(sent: HttpRequest, service: str, operation: str, protocol: str) -> None:
    target = find_target(sent, authorization(sent))
    assert (target.service, target.protocol) == (service, protocol)
    if operation:
        assert find_route(sent, target).operation.name == operation


def test_labels_are_decoded_and_paths_are_not_normalised() -> None:
    sent = request("GET", "/bucket//a/../%C3%BC%2Fb/")
    assert find_route(sent, find_target(sent, None)).labels == {"Bucket": "bucket", "Key": "/a/../ü/b/"}


UNKNOWN = [
    (request("POST", x_amz_target="SageMaker.MakeCoffee"), "UnknownOperationException", 404),
    (request("PATCH", "/bucket/key"), "MethodNotAllowed", 405),
    (request("POST", "/?Action=MakeCoffee&Version=2011-06-15"), "InvalidAction", 400),
]


@pytest.mark.parametrize(("sent", "code", "status"), UNKNOWN)
def test_an_unknown_operation_is_a_4xx_that_names_it(sent: HttpRequest, code: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        find_route(sent, find_target(sent, None))
    assert (caught.value.code, caught.value.status) == (code, status)


HOSTS = [
    ("data.s3.eu-west-1.amazonaws.com", "data"),
    ("my.dotted.bucket.s3.amazonaws.com:443", "my.dotted.bucket"),
    ("data.s3.dualstack.us-east-1.amazonaws.com", "data"),
    ("s3.us-east-1.amazonaws.com", ""),
    ("s3.amazonaws.com", ""),
    ("data.localhost:4599", "data"),
    ("data.s3.localhost:4599", "data"),
    ("data.127.0.0.1.nip.io:4599", "data"),
    ("s3.localhost", ""),
    ("localhost:4599", ""),
    ("127.0.0.1:4599", ""),
    ("sts.us-east-1.amazonaws.com", ""),
    ("s3-bucket.s3-us-west-2.amazonaws.com", "s3-bucket"),
]


@pytest.mark.parametrize(("host", "bucket"), HOSTS)
def test_buckets_in_hosts(host: str, bucket: str) -> None:
    assert bucket_in_host(host) == bucket


@pytest.mark.parametrize("service", ["lambda", "s3", "scheduler", "sagemaker-runtime", "sagemaker-metrics"])
def test_every_rest_operation_is_found_by_its_own_route(service: str) -> None:
    model = service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.deprecated or name == "ListDirectoryBuckets":
            continue
        shape = operation.input_shape
        required = [shape.members[member] for member in shape.required_members] if shape else []
        path, _, query = operation.http["requestUri"].partition("?")
        named = {place: [m.serialization["name"] for m in required if m.serialization.get("location") == place]
                 for place in ("querystring", "header")}  # fmt: skip
        sent = HttpRequest(
            operation.http["method"],
            path.replace("{Key+}", "a/b").replace("{", "x").replace("}", "x"),
            "&".join(filter(None, [query, *(f"{parameter}=1" for parameter in named["querystring"])])),
            Headers((header, "1") for header in named["header"]),
        )
        found = rest_routes(service).find(sent, sent.path)
        assert found is not None, name
        assert found[0].name == name


def test_the_table_of_services_says_what_the_models_say() -> None:
    for service in SERVICES:
        model = service_model(service.name)
        assert tuple(model.metadata["protocols"]) == service.protocols, service.name
        assert model.endpoint_prefix == service.endpoint
        assert model.signing_name == service.signing_name
        assert service.target in ("", model.metadata.get("targetPrefix"))
        assert service.version in ("", model.api_version)
        assert service.target or not {"json", "smithy-rpc-v2-cbor"} & set(service.protocols)
