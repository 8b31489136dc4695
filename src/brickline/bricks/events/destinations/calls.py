"""One HTTP call, as EventBridge makes it: five seconds, no redirects."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from brickline.bricks.events.destinations.requests import HttpRequest

_SECONDS = 5.0
_MOST_BYTES = 1 << 20


class CallFailed(Exception):
    """Nobody has answered."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def send(request: HttpRequest) -> Answer:
    """Raises CallFailed."""
    parts = urlsplit(request.url)
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    try:
        connection = make(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request(request.method, path, request.body or None, request.headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(_MOST_BYTES))
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise CallFailed(f"{request.method} {parts.netloc}: {error or type(error).__name__}") from None
