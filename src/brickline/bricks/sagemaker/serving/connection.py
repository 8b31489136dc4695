"""The client of a model server: HTTP/1.1 over the Unix socket that it binds in its job's folder.

A request has a connection of its own: the server's workers take one request each (guest/model_server.py). The server
is the user's code and not trusted: what it puts in its socket's place is not followed, what it answers is bounded.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httptools

_CHUNK = 1 << 18
_PING_SECONDS = 2.0
_MOST_HEADER_BYTES = 1 << 16
_MOST_BODY_BYTES = 256 << 20


class Unreachable(Exception):
    """The container cannot be spoken to; it has got nothing of the request, which may go elsewhere."""


class BrokenOff(Exception):
    """The container ended, hung up, or said what is no HTTP, after it had got the request."""


@dataclass(frozen=True)
class Answer:
    """What a container says. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Container:
    """Of the model server at a socket, which need not be there yet. Threads may share it."""

    def __init__(self, address: Path) -> None:
        self._address = address
        self._exchanges: set[_Exchange] = set()

    def is_healthy(self) -> bool:
        """Whether `/ping` is answered with 200."""
        try:
            return self._request("GET", "/ping", b"", {}, _PING_SECONDS).status == 200
        except (Unreachable, BrokenOff, TimeoutError):
            return False

    def invoke(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """POST /invocations. Raises Unreachable, BrokenOff, TimeoutError."""
        return self._request("POST", "/invocations", body, headers, timeout)

    def stream(self, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[Answer, Iterator[bytes]]:
        """The same, with the body in pieces as they come; they raise BrokenOff and TimeoutError too."""
        exchange = self._begin("POST", "/invocations", body, headers, timeout)
        try:
            answer = exchange.answer()
        except BaseException:
            exchange.close()
            raise
        return answer, exchange.pieces()

    def execution_parameters(self) -> Mapping[str, Any]:
        """What the container says of how it wants to be used in batch transform; empty where it does not."""
        try:
            answer = self._request("GET", "/execution-parameters", b"", {}, _PING_SECONDS)
            document = json.loads(answer.body) if answer.status == 200 else {}
        except (Unreachable, BrokenOff, TimeoutError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def abort(self) -> None:
        """End the requests that are on their way: they raise BrokenOff."""
        for exchange in list(self._exchanges):
            exchange.abort()

    def close(self) -> None:
        """Nothing is kept open."""

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        with closing(self._begin(method, path, body, headers, timeout)) as exchange:
            answer = exchange.answer()
            return Answer(answer.status, answer.headers, exchange.rest())

    def _begin(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> _Exchange:
        deadline = time.monotonic() + timeout
        connection = _connected(self._address, timeout)
        exchange = _Exchange(connection, deadline, self._exchanges)
        try:
            exchange.send(_head(method, path, body, headers), body)
        except BaseException:
            exchange.close()
            raise
        return exchange


class _Exchange:
    """A request on its connection, and the answer as it is parsed (callbacks of httptools have its own names)."""

    def __init__(self, connection: socket.socket, deadline: float, known: set[_Exchange]) -> None:
        self._connection = connection
        self._known = known
        known.add(self)
        self._deadline = deadline
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._received: list[bytes] = []
        self._header_bytes = 0
        self._has_headers = self._is_complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._has_headers = True

    def on_body(self, data: bytes) -> None:
        self._received.append(data)

    def on_message_complete(self) -> None:
        self._is_complete = True

    def send(self, head: bytes, body: bytes) -> None:
        """A server may answer, and hang up, before it has read everything: then its answer counts."""
        try:
            self._limit_time()
            self._connection.sendall(head + body if len(body) < _CHUNK else head)
            if len(body) >= _CHUNK:
                self._connection.sendall(body)
        except (BrokenPipeError, ConnectionResetError):
            return

    def answer(self) -> Answer:
        """Status and headers. Raises BrokenOff, TimeoutError."""
        while not self._has_headers:
            self._header_bytes += self._receive()
            if not self._has_headers and self._header_bytes > _MOST_HEADER_BYTES:
                raise BrokenOff(f"the container's answer has more than {_MOST_HEADER_BYTES:,} bytes of headers")
        return Answer(self._parser.get_status_code(), self._headers)

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes; the connection is closed at its end."""
        try:
            while True:
                received, self._received = self._received, []
                yield from received
                if self._is_complete:
                    return
                self._receive()
        finally:
            self.close()

    def rest(self) -> bytes:
        size, parts = 0, []
        for piece in self.pieces():
            size += len(piece)
            if size > _MOST_BODY_BYTES:
                raise BrokenOff(f"the container's answer has more than {_MOST_BODY_BYTES:,} bytes")
            parts.append(piece)
        return b"".join(parts)

    def abort(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._known.discard(self)
        self._connection.close()

    def _receive(self) -> int:
        self._limit_time()
        try:
            data = self._connection.recv(_CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self._end()
            return 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise BrokenOff(f"the container's answer is no HTTP: {error}") from None
        return len(data)

    def _end(self) -> None:
        """The server has hung up: that ends a body whose length was not told, and breaks off everything else."""
        is_told = "content-length" in self._headers or "transfer-encoding" in self._headers
        if not self._has_headers or is_told:
            raise BrokenOff("the container closed the connection before it had answered")
        self._is_complete = True

    def _limit_time(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


def _head(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _connected(address: Path, timeout: float) -> socket.socket:
    """Raises Unreachable. By a descriptor: links are not followed, and a path may be longer than a Unix address."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        place = os.open(address, os.O_PATH | os.O_NOFOLLOW)
        try:
            if not stat.S_ISSOCK(os.fstat(place).st_mode):
                raise FileNotFoundError(f"{address} is not a socket")
            connection.connect(f"/proc/self/fd/{place}")
        finally:
            os.close(place)
    except OSError as error:
        connection.close()
        raise Unreachable(f"the container cannot be reached: {error}") from None
    return connection
