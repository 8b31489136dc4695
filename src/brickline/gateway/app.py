"""The ASGI application: requests from the event loop to worker threads, and responses back."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from brickline.baseplate.bodies import Body, BytesBody
from brickline.baseplate.pages import Page, PageRequest
from brickline.gateway.calls import Gateway, Operations
from brickline.gateway.http import Headers, HttpRequest, HttpResponse
from brickline.gateway.streams import IncomingBody, Message, Receive, Send, send_body
from brickline.version import VERSION

log = logging.getLogger(__name__)

Scope = Mapping[str, Any]
THREADS = 128


class App:
    """The gateway as an ASGI application.

    `pages` answer requests that are not signed, by the first segments of their path (`/console`, `/v1/repos` for git).
    """

    def __init__(self, baseplate: Operations, pages: Mapping[str, Page] | None = None) -> None:
        self._gateway = Gateway(baseplate)
        self._settings = baseplate.settings
        self._pages = {"/_brickline/health": self._health, **(pages or {})}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="operation")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"the gateway speaks HTTP, not {scope['type']}")
        first = await receive()
        if first["type"] == "http.disconnect":
            return
        body, feeding = self._incoming(scope, first, receive)
        try:
            response = await self._run(self._answer, _request(scope, body))
            if feeding:
                feeding.cancel()
            await self._respond(response, scope["method"] == "HEAD", receive, send)
        finally:
            body.close()
            if feeding:
                feeding.cancel()

    def close(self) -> None:
        """Begin no more calls; one that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, function: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads, partial(function, *arguments))

    def _incoming(self, scope: Scope, first: Message, receive: Receive) -> tuple[Body, asyncio.Task[None] | None]:
        """The body, and the task that feeds it where it has not come as a whole."""
        if not first.get("more_body", False):
            return BytesBody(first.get("body", b"")), None
        body = IncomingBody(_content_length(scope), asyncio.get_running_loop())
        return body, asyncio.create_task(body.pump(first, receive))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        page = self._page(request)
        return page(request) if page else self._gateway.answer(request)

    def _page(self, request: HttpRequest) -> Page | None:
        if request.headers.get("authorization").startswith("AWS") or "Signature=" in request.query:
            return None  # also for a bucket that is named like a page
        if request.path == "/" and _is_browser(request):
            return self._health
        return next((page for start, page in self._pages.items() if f"{request.path}/".startswith(f"{start}/")), None)

    def _health(self, _request: PageRequest) -> HttpResponse:
        about = {
            "name": "brickline",
            "version": VERSION,
            "region": self._settings.region,
            "account": self._settings.account,
        }
        return HttpResponse(200, [("Content-Type", "application/json")], json.dumps(about).encode())

    async def _respond(self, response: HttpResponse, is_head: bool, receive: Receive, send: Send) -> None:
        headers = _header_pairs(response, is_head)
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if not isinstance(response.body, bytes | bytearray | memoryview):
            if not is_head:
                return await send_body(response.body, send, receive, self._run)
            response.body.close()
        body = b"" if is_head else response.body
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return None


def _request(scope: Scope, body: Body) -> HttpRequest:
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    path = scope["raw_path"].partition(b"?")[0].decode("latin-1")
    return HttpRequest(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body)


def _content_length(scope: Scope) -> int | None:
    found = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(found) if found.isdigit() else None


def _is_browser(request: HttpRequest) -> bool:
    return request.method == "GET" and not request.query and "text/html" in request.headers.get("accept")


def _header_pairs(response: HttpResponse, is_head: bool) -> list[tuple[bytes, bytes]]:
    pairs = [(_header_bytes(name).lower(), _header_bytes(value)) for name, value in response.headers]
    is_known = any(name == b"content-length" for name, _ in pairs)
    body = response.body
    length = len(body) if isinstance(body, bytes | bytearray | memoryview) else body.length
    if not is_known and length is not None and response.status not in (204, 304) and not (is_head and not length):
        pairs.append((b"content-length", str(length).encode()))
    return pairs


def _header_bytes(text: str) -> bytes:
    """A header as bytes; line ends, which would start another header, become spaces."""
    clean = text.replace("\r", " ").replace("\n", " ")
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode()
