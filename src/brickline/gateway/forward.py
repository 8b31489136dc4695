"""Requests that no brick answers, handed to another endpoint, and its answers handed back as they are."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

from brickline.baseplate.bodies import Body
from brickline.baseplate.errors import Refused
from brickline.gateway.http import HttpRequest, HttpResponse

_TIMEOUT = 900.0
"""Seconds without a byte; a Lambda function may run as long."""

_BLOCK = 1 << 20
_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
    ]
)


class ForwardedBody:
    """The other endpoint's answer, read as it comes."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self.length: int | None = response.length
        self._connection = connection
        self._response = response

    def read(self, size: int = -1, /) -> bytes:
        return self._response.read(None if size < 0 else size)

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def forward(url: str, request: HttpRequest) -> HttpResponse:
    """Send the request as it came, host and signature and all, and give the answer."""
    address = urlsplit(url)
    make = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = make(address.hostname or "", address.port, timeout=_TIMEOUT)
    target = address.path.rstrip("/") + request.path + (f"?{request.query}" if request.query else "")
    headers = {name: value for name, value in request.headers if name not in _HOP_BY_HOP}
    try:
        connection.request(request.method, target, _blocks(request.unread), headers)
        response = connection.getresponse()
    except OSError as error:
        connection.close()
        raise Refused("ServiceUnavailable", f"the fallback endpoint {url} does not answer: {error}", 503) from error
    kept = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP]
    return HttpResponse(response.status, kept, ForwardedBody(connection, response))


def _blocks(body: Body) -> Iterator[bytes] | None:
    if body.length == 0:
        return None
    return iter(lambda: body.read(_BLOCK), b"")
