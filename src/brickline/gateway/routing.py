"""Which service and operation a request means, on one port for all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brickline.baseplate.errors import Refused
from brickline.baseplate.models import find_operation, is_service, service_model
from brickline.gateway.authorization import Authorization
from brickline.gateway.http import HttpRequest
from brickline.gateway.rest_routes import rest_routes
from brickline.gateway.services import BY_ENDPOINT, BY_TARGET, BY_VERSION, Service, signed_as

if TYPE_CHECKING:
    from botocore.model import OperationModel

_CBOR = "smithy-rpc-v2-cbor"
_CBOR_PATH = re.compile(r"/service/(?P<service>[^/]+)/operation/(?P<operation>[^/]+)")
_AWS_HOST = re.compile(
    r"(?:(?P<service>[a-z0-9.-]+?)(?:-fips)?\.)?(?:[a-z]{2,}(?:-[a-z]+)+-\d\.)?amazonaws\.com(?:\.cn)?"
)
_S3_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9][a-zA-Z0-9._-]*)\.)?s3(?:[.-](?:dualstack\.|fips\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"
)
_LOCAL_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-zA-Z0-9._-]*?)\.(?:s3\.)?(?:localhost(?:\.[a-z.]+)?|127\.0\.0\.1(?:\.(?:nip|sslip)\.io)?)"
)


@dataclass(frozen=True)
class Target:
    """The service that a request is for, and the protocol that it speaks."""

    service: str
    protocol: str
    action: str = ""
    """The operation's name, where the request says it outright (json, query, cbor)."""


@dataclass(frozen=True)
class Route:
    """An operation, with the labels of its path."""

    target: Target
    operation: OperationModel
    labels: Mapping[str, str] = field(default_factory=dict)


def find_target(request: HttpRequest, signed: Authorization | None) -> Target:
    """The service of a request: by what names it most plainly first, S3 where nothing names one."""
    return (
        _by_cbor_path(request)
        or _by_json_target(request, signed)
        or (_by_scope(request, signed) if signed else None)
        or _by_form(request)
        or _by_host(request)
        or Target("s3", "rest-xml")
    )


def find_route(request: HttpRequest, target: Target) -> Route:
    """The operation of a request. Raises Refused where the service has no such operation."""
    if target.protocol in ("rest-json", "rest-xml"):
        return _rest_route(request, target)
    operation = find_operation(target.service, target.action) if target.action else None
    if operation is None:
        raise _unknown(target, target.action or f"{request.method} {request.path}")
    return Route(target, operation)


def bucket_in_host(host: str) -> str:
    """The bucket of a virtual-host address, such as `data` in `data.s3.us-east-1.amazonaws.com`; empty for none."""
    name = host_name(host)
    match = _S3_HOST.fullmatch(name) or _LOCAL_HOST.fullmatch(name)
    bucket = match["bucket"] if match else None
    return bucket if bucket and bucket != "s3" else ""


def host_name(host: str) -> str:
    """A Host header without its port."""
    return host.rpartition(":")[0] if re.search(r":\d+$", host) else host


def s3_path(request: HttpRequest) -> str:
    """The path with its bucket, wherever the request has it."""
    bucket = bucket_in_host(request.headers.get("host"))
    return f"/{bucket}{request.path}" if bucket else request.path


def _by_cbor_path(request: HttpRequest) -> Target | None:
    match = _CBOR_PATH.fullmatch(request.path) if "smithy-protocol" in request.headers else None
    service = BY_TARGET.get(match["service"]) if match else None
    return Target(service.name, _CBOR, match["operation"]) if match and service else None


def _by_json_target(request: HttpRequest, signed: Authorization | None) -> Target | None:
    prefix, _, action = request.headers.get("x-amz-target").rpartition(".")
    if not prefix:
        return None
    if service := BY_TARGET.get(prefix):
        return Target(service.name, "json", action)
    return Target(signed.service, "json", action) if signed and is_service(signed.service) else None


def _by_scope(request: HttpRequest, signed: Authorization) -> Target | None:
    services = signed_as(signed.service)
    if not services and is_service(signed.service):
        services = [_service_from_model(signed.service)]
    for service in services:
        if "query" in service.protocols and _is_form(request):
            return _query_target(service.name, request)
        protocol = _rest_protocol(service)
        if protocol and (len(services) == 1 or rest_routes(service.name).find(request, request.path)):
            return Target(service.name, protocol)
    return _plain(services[0], request) if services else None


def _plain(service: Service, request: HttpRequest) -> Target:
    """A request that says nothing more than its service."""
    if service.protocols == ("query",):
        return _query_target(service.name, request)
    return Target(service.name, _rest_protocol(service) or service.protocols[-1])


def _by_form(request: HttpRequest) -> Target | None:
    if not (_is_form(request) or "Version=" in request.query):
        return None
    service = BY_VERSION.get(request.form.get("Version", ""))
    return _query_target(service.name, request) if service else None


def _by_host(request: HttpRequest) -> Target | None:
    match = _AWS_HOST.fullmatch(host_name(request.headers.get("host")))
    service = BY_ENDPOINT.get(match["service"] or "") if match else None
    return _plain(service, request) if service else None


def _query_target(service: str, request: HttpRequest) -> Target:
    return Target(service, "query", request.form.get("Action", ""))


def _is_form(request: HttpRequest) -> bool:
    return request.content_type == "application/x-www-form-urlencoded" or "Action=" in request.query


def _rest_protocol(service: Service) -> str:
    return next((protocol for protocol in service.protocols if protocol.startswith("rest-")), "")


def _service_from_model(name: str) -> Service:
    """A service that the table does not have: known by its model alone (to be named, or forwarded)."""
    model = service_model(name)
    protocol = "query" if model.resolved_protocol == "ec2" else model.resolved_protocol
    return Service(name, (protocol,), model.endpoint_prefix, model.signing_name)


def _rest_route(request: HttpRequest, target: Target) -> Route:
    path = s3_path(request) if target.service == "s3" else request.path
    found = rest_routes(target.service).find(request, path)
    if found is None:
        raise _unknown(target, f"{request.method} {request.path}")
    return Route(target, *found)


def _unknown(target: Target, what: str) -> Refused:
    if target.service == "s3":
        message = f"The specified method is not allowed against this resource: {what}"
        return Refused("MethodNotAllowed", message, 405)
    if target.protocol == "query":
        return Refused(
            "InvalidAction", f"{target.service} has no action {what!r}; docs/operations.md lists what is there"
        )
    return Refused("UnknownOperationException", f"{target.service} has no operation {what!r}", 404)
