"""The forward proxy: AWS host names are answered here, every other host is tunnelled untouched.

The SageMaker SDK asks STS by its public host name whatever the endpoint URL says; git and hand-made URLs do as well.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import re
import socket
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import httptools

from brickline.baseplate.client_environment import upstream_proxy
from brickline.gateway.certificates import Authority
from brickline.gateway.egress import Egress, is_telemetry

log = logging.getLogger(__name__)

_AWS = re.compile(r"(?:[a-z0-9-]+\.)+(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)")
_HEAD_LIMIT = 64 * 1024
_HEAD_SECONDS = 30
_CHUNK = 256 * 1024
_SAVE_SECONDS = 0.5
_TELEMETRY_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Target:
    """What a client asks of the proxy: a tunnel (CONNECT), or a request in absolute form."""

    method: str
    host: str
    port: int
    path: str
    head: bytes

    @property
    def is_aws(self) -> bool:
        return _AWS.fullmatch(self.host) is not None


class Proxy:
    """The proxy beside one gateway. Everything runs in the loop that `serve` is called in."""

    def __init__(self, gateway: tuple[str, int], data: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self._gateway = gateway
        self.authority = Authority(data / "ca")
        self.authority.prepare()
        self._egress = Egress(data / "egress.json")
        self._upstream = _upstream()
        self._connections: set[asyncio.Task[None]] = set()
        self._socket = socket.create_server((host, port), backlog=256)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"

    async def serve(self) -> None:
        """Answer until cancelled; connections that are open then are closed."""
        server = await asyncio.start_server(self._accept, sock=self._socket, limit=_HEAD_LIMIT)
        try:
            await self._keep_saving()
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            self._egress.save()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._handle(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _keep_saving(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            if self._egress.changed:
                await asyncio.to_thread(self._egress.save)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(TimeoutError, asyncio.IncompleteReadError, OSError):
                await self._converse(reader, writer)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            target = await asyncio.wait_for(_read_target(reader), _HEAD_SECONDS)
        except (ValueError, asyncio.LimitOverrunError) as error:
            await _answer(writer, 400, f"{error}")
        else:
            await self._serve_target(target, reader, writer)

    async def _serve_target(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if target.is_aws and target.method == "CONNECT":
            await self._answer_here(target, reader, writer)
        elif target.is_aws:
            await self._relay_counted(target.host, reader, writer, target.head)
        elif target.method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._pass_on(target, reader, writer)

    async def _answer_here(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        context = await asyncio.to_thread(self.authority.context, target.host)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(context)
        await self._relay_counted(target.host, reader, writer)

    async def _relay_counted(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = b""
    ) -> None:
        """Requests to an AWS host: counted, and answered by the gateway (telemetry: with nothing, at once)."""
        if is_telemetry(host):
            counter = _Counter(self._egress, host, lambda: writer.write(_TELEMETRY_ANSWER))
            counter.feed(first)
            while data := await reader.read(_CHUNK):
                counter.feed(data)
            return
        counter = _Counter(self._egress, host)
        counter.feed(first)
        there = await asyncio.open_connection(*self._gateway, limit=_CHUNK)
        there[1].write(first)
        await _relay((reader, writer), there, counter)

    async def _tunnel(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await self._reach(target, writer)
        if there:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _relay((reader, writer), there)

    async def _pass_on(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A plain request to another host: one per connection, because the next may be for yet another host."""
        there = await self._reach(target, writer)
        if there:
            line, _, rest = target.head.partition(b"\r\n")
            version = line.rsplit(b" ", 1)[1]
            there[1].write(
                b"%s %s %s\r\nConnection: close\r\n" % (target.method.encode(), target.path.encode(), version)
            )
            there[1].write(re.sub(rb"(?im)^(proxy-)?connection:.*\r\n", b"", rest))
            await _relay((reader, writer), there)

    async def _reach(
        self, target: Target, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            if self._upstream and not _is_near(target.host):
                return await _connect_through(self._upstream, target)
            return await asyncio.open_connection(target.host, target.port, limit=_CHUNK)
        except OSError as error:
            await _answer(writer, 502, f"{target.host}:{target.port} cannot be reached: {error}")
            return None


class _Counter:
    """Counts the requests in the bytes of a connection; bytes that are no HTTP are let pass uncounted."""

    def __init__(self, egress: Egress, host: str, complete: object = None) -> None:
        self._egress, self._host, self._complete = egress, host, complete
        self._url = b""
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        if self._parser is None or not data:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._parser = None

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        path = urlsplit(self._url.decode("latin-1")).path
        self._egress.count(self._host, self._parser.get_method().decode(), path)
        self._url = b""

    def on_message_complete(self) -> None:
        if callable(self._complete):
            self._complete()


async def _read_target(reader: asyncio.StreamReader) -> Target:
    """The head of the first request. ValueError where it is none that a proxy is asked."""
    head = await reader.readuntil(b"\r\n\r\n")
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(words) != 3:
        raise ValueError("the first line is no HTTP request")
    method, url, _ = words
    place = urlsplit(f"//{url}" if method == "CONNECT" else url)
    if not place.hostname or (method != "CONNECT" and place.scheme != "http"):
        raise ValueError("this is a proxy: ask CONNECT host:port, or a URL in absolute form")
    path = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    return Target(method, place.hostname.lower(), place.port or (443 if method == "CONNECT" else 80), path, head)


async def _relay(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    counter: _Counter | None = None,
) -> None:
    """Bytes both ways until both sides have ended; one side's end is passed on to the other."""
    ways: list[Awaitable[None]] = [_pump(here[0], there[1], counter), _pump(there[0], here[1])]
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        _, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[1].done() and counter is not None:
            return  # the gateway hung up: nothing more will be answered
        await asyncio.gather(*waiting)
    finally:
        for task in tasks:
            task.cancel()
        there[1].close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: _Counter | None = None) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            if counter:
                counter.feed(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _connect_through(upstream: SplitResult, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A tunnel to the target through the proxy that the user's own environment names."""
    reader, writer = await asyncio.open_connection(upstream.hostname, upstream.port or 3128, limit=_CHUNK)
    authorization = ""
    if upstream.username:
        pair = f"{unquote(upstream.username)}:{unquote(upstream.password or '')}"
        authorization = f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
    place = f"{target.host}:{target.port}"
    writer.write(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{authorization}\r\n".encode())
    status = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0]
    if b" 200" not in status:
        writer.close()
        raise OSError(f"the proxy {upstream.hostname} said {status.decode('latin-1')}")
    return reader, writer


async def _answer(writer: asyncio.StreamWriter, status: int, text: str) -> None:
    body = f"brickline proxy: {text}\n".encode()
    head = f"HTTP/1.1 {status} {'Bad Request' if status == 400 else 'Bad Gateway'}\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
    await writer.drain()


def _upstream() -> SplitResult | None:
    """The proxy that the server's own environment asks for."""
    url = upstream_proxy(os.environ)
    return urlsplit(url) if url else None


def _is_near(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"
