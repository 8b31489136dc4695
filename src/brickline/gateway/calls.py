"""A request answered, from its head to its response: route, signature, shape, operation, and back. Runs in a thread."""

from __future__ import annotations

import errno
import gzip
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from brickline.baseplate import causes, naming
from brickline.baseplate.bodies import BytesBody
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.credentials import Credential
from brickline.baseplate.errors import Refused
from brickline.baseplate.models import service_model
from brickline.baseplate.store import StoreFailed
from brickline.gateway import payloads, post_form, protocols, signing
from brickline.gateway.authorization import Authorization, Malformed, authorization
from brickline.gateway.forward import forward
from brickline.gateway.http import Exchange, HttpRequest, HttpResponse
from brickline.gateway.routing import Route, Target, find_route, find_target
from brickline.gateway.signing_errors import wording

if TYPE_CHECKING:
    from brickline.baseplate.settings import Settings

log = logging.getLogger(__name__)


class FindsCredentials(Protocol):
    def find(self, access_key: str, /) -> Credential | None: ...


class Operations(Protocol):
    """What the gateway needs of the baseplate."""

    @property
    def settings(self) -> Settings: ...

    @property
    def credentials(self) -> FindsCredentials: ...

    def has(self, service: str, operation: str) -> bool: ...

    def call(self, context: Context, service: str, operation: str, request: Shape) -> Shape: ...


@dataclass(frozen=True)
class Caller:
    """On whose behalf an operation runs."""

    account: str
    region: str
    principal: str
    access_key: str = ""
    cause: str = ""


class Gateway:
    """Turns HTTP requests into operation calls, and what they give into HTTP responses."""

    def __init__(self, baseplate: Operations) -> None:
        self._baseplate = baseplate
        self._settings = baseplate.settings

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request; never raises."""
        exchange = Exchange(request, naming.unique_id())
        try:
            signed = authorization(request)
            target = find_target(request, signed)
        except (Malformed, KeyError) as error:
            target = find_target(request, None)
            refusal = wording(target.protocol).malformed(str(error))
            return self._error(target, refusal, exchange)
        except Exception as error:
            return self._error(Target("s3", "rest-xml"), error, exchange)
        try:
            return self._answer_target(target, signed, exchange)
        except Exception as error:
            return self._error(target, error, exchange)

    def _answer_target(self, target: Target, signed: Authorization | None, exchange: Exchange) -> HttpResponse:
        if target.service == "s3" and signed is None and post_form.is_post_form(exchange.request):
            return self._answer_form(target, exchange)
        route = self._route(target, exchange.request)
        if route is None or (self._settings.fallback and not self._has(route)):
            return forward(str(self._settings.fallback), exchange.request)
        caller, request = self._admit(route, signed, exchange.request)
        return self._call(route, caller, request, exchange)

    def _answer_form(self, target: Target, exchange: Exchange) -> HttpResponse:
        form = post_form.read_form(exchange.request)
        credential = self._baseplate.credentials.find(form.signed.access_key) if form.signed else None
        if self._settings.verify_signatures:
            says = wording(target.protocol)
            if form.signed is None:
                raise says.missing()
            post_form.verify(form, form.signed, credential, says)
        put = form.as_put()
        answer = self._call(find_route(put, target), self._caller(form.signed, credential), put, exchange)
        return form.answer(answer, exchange.request.headers.get("host"))

    def _call(self, route: Route, caller: Caller, request: HttpRequest, exchange: Exchange) -> HttpResponse:
        target, operation = route.target, route.operation
        shape = protocols.parser(target.protocol, operation)(_plain(request, target), route.labels)
        context = Context(
            baseplate=self._baseplate,  # type: ignore[arg-type]  # a Baseplate, or what a test has in its place
            account=caller.account,
            region=caller.region,
            principal=caller.principal,
            access_key=caller.access_key,
            request_id=exchange.request_id,
            cause=causes.traced(exchange.request.headers.get(causes.TRACE_HEADER)) or caller.cause,
            host=exchange.request.headers.get("host"),
        )
        response = self._baseplate.call(context, target.service, operation.name, shape)
        return protocols.serialiser(target.protocol, operation)(response, exchange)

    def _route(self, target: Target, request: HttpRequest) -> Route | None:
        """The operation; None where only the fallback endpoint can know it."""
        try:
            return find_route(request, target)
        except Refused:
            if self._settings.fallback:
                return None
            raise

    def _has(self, route: Route) -> bool:
        return self._baseplate.has(route.target.service, route.operation.name)

    def _admit(self, route: Route, signed: Authorization | None, request: HttpRequest) -> tuple[Caller, HttpRequest]:
        """Who calls, and the request with its payload decoded. Raises Refused where the signature is not good."""
        credential = self._baseplate.credentials.find(signed.access_key) if signed else None
        checks = self._settings.verify_signatures
        signatures = None
        if signed and checks:
            key = signing.verify(request, signed, credential, wording(route.target.protocol))
            date = signing.amz_date(request, signed)
            signatures = payloads.ChunkSignatures(key, date, signed.scope, signed.signature) if key else None
        elif checks and route.operation.auth_type != "none":
            raise wording(route.target.protocol).missing()
        return self._caller(signed, credential), payloads.decoded(request, signatures, checks)

    def _caller(self, signed: Authorization | None, credential: Credential | None) -> Caller:
        region = (signed.region if signed else "") or self._settings.region
        if region == "aws-global":
            region = self._settings.region
        if credential:
            return Caller(credential.account, region, credential.principal, credential.access_key, credential.cause)
        access_key = signed.access_key if signed else ""
        is_account = len(access_key) == 12 and access_key.isdigit()
        account = access_key if is_account else self._settings.account
        return Caller(account, region, f"arn:aws:iam::{account}:root", access_key)

    def _error(self, target: Target, error: Exception, exchange: Exchange) -> HttpResponse:
        request = exchange.request
        request.body.close()
        if not isinstance(error, Refused):
            log.error(
                "%s %s for %s failed, request id %s",
                request.method,
                request.path,
                target.action or target.service,
                exchange.request_id,
                exc_info=error,
            )
            error = _internal_error(target, error)
        wire = protocols.wire_protocol(target.protocol)
        return wire.error(service_model(target.service), error, exchange)


def _internal_error(target: Target, error: Exception) -> Refused:
    """Retried by clients; what the user of this machine can mend is said, all else is in the log only."""
    message = "We encountered an internal error; the server's log has the request id with the cause."
    if isinstance(error, StoreFailed):
        message = str(error)
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        message = "The disk of the data folder is full: make room on it."
    code = {"rest-xml": "InternalError", "query": "InternalFailure"}.get(target.protocol, "InternalServerError")
    return Refused(code, message, 500)


def _plain(request: HttpRequest, target: Target) -> HttpRequest:
    """The request with a compressed document unpacked (S3 keeps what it is given)."""
    if target.service == "s3" or request.headers.get("content-encoding") != "gzip":
        return request
    return HttpRequest(
        request.method, request.path, request.query, request.headers, BytesBody(gzip.decompress(request.content))
    )
