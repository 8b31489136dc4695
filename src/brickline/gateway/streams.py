"""Bodies between the event loop and the worker threads, a bounded number of bytes at a time."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from brickline.baseplate.bodies import Body
from brickline.baseplate.errors import Refused

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_AHEAD = 4 << 20
"""Bytes that may wait for the worker thread before the client is held up."""

CHUNK = 1 << 20
"""Bytes that are passed on at once, either way: each piece costs hand-overs between threads."""


class IncomingBody:
    """A request's body as it comes: fed by the event loop, read by a worker thread."""

    def __init__(self, length: int | None, loop: asyncio.AbstractEventLoop) -> None:
        self.length = length
        self._loop = loop
        self._changed = threading.Condition()
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._wanted = 1
        """So many bytes have to wait before the worker thread is told of them."""
        self._is_over = False
        self._error: Exception | None = None
        self._room = asyncio.Event()
        self._room.set()

    async def pump(self, first: Message, receive: Receive) -> None:
        """Feed everything that comes, until the end, the client's disconnection or `close`."""
        message = first
        while message["type"] == "http.request":
            self._put(message.get("body", b""), not message.get("more_body", False))
            if self._is_over:
                return
            await self._room.wait()
            message = await receive()
        self._fail(Refused("IncompleteBody", "The client went away before it had sent the whole body"))

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes: `size` or a whole piece of them, unless the body ends before; all that come for -1."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_AHEAD), b""))
        with self._changed:
            self._wanted = min(size, CHUNK)
            while self._waiting < self._wanted and not self._is_over and not self._error:
                self._changed.wait()
            if self._error:
                raise self._error
            return self._next(size)

    def close(self) -> None:
        """Let the client's remaining bytes go. Whoever reads on (a call that the server's stop cut off) is told."""
        with self._changed:
            self._error = self._error or Refused("IncompleteBody", "The request was given up")
            self._is_over = True
            self._pieces.clear()
            self._waiting = 0
            self._make_room()
            self._changed.notify()

    def _put(self, data: bytes, is_last: bool) -> None:
        with self._changed:
            if data and not self._is_over:
                self._pieces.append(data)
                self._waiting += len(data)
                if self._waiting >= _AHEAD:
                    self._room.clear()
            self._is_over = self._is_over or is_last
            if self._is_over or self._waiting >= self._wanted:
                self._changed.notify()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._error = error
            self._changed.notify()

    def _next(self, size: int) -> bytes:
        """Up to `size` of the bytes that wait, in one piece."""
        taken: list[bytes] = []
        room = size
        while self._pieces and room:
            piece = self._pieces.popleft()
            if len(piece) > room:
                self._pieces.appendleft(piece[room:])
                piece = piece[:room]
            taken.append(piece)
            room -= len(piece)
        before, self._waiting = self._waiting, self._waiting - (size - room)
        if before >= _AHEAD > self._waiting:
            self._make_room()
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _make_room(self) -> None:
        self._loop.call_soon_threadsafe(self._room.set)


async def send_body(body: Body, send: Send, receive: Receive, run: Callable[..., Awaitable[bytes]]) -> None:
    """Send a body in big pieces: the next one is read (by `run`, in a thread) while one is on its way.

    Nothing more is read once the client has gone; the server itself would swallow the rest without a word.
    """
    departure = asyncio.ensure_future(_departure(receive))
    try:
        piece = await run(body.read, CHUNK)
        while piece and not departure.done():
            coming = asyncio.ensure_future(run(body.read, CHUNK))
            try:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                piece = await coming
    finally:
        departure.cancel()
        body.close()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
