"""The server: uvicorn on one port, until a signal stops it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn

from brickline.baseplate.settings import Settings
from brickline.gateway.app import App, Page
from brickline.gateway.calls import Operations

_BACKLOG = 2048
_KEEP_ALIVE = 75
_GRACE = 10
"""Seconds that calls in progress have to end once a signal came."""


class Server:
    """One gateway on a port of its own (any free one for port 0, known once made)."""

    def __init__(
        self, baseplate: Operations, host: str = "127.0.0.1", port: int = 0, pages: Mapping[str, Page] | None = None
    ) -> None:
        self._app = App(baseplate, pages)
        self._socket = _listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = uvicorn.Server(_config(self._app))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`."""
        self._uvicorn.run(sockets=[self._socket])
        self._app.close()

    async def serve(self) -> None:
        """Serve in a loop that runs already, beside other servers."""
        await self._uvicorn.serve(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread (tests, and `connect()` inside a notebook's process)."""
        self._thread = threading.Thread(target=self.run, name="gateway", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End calls in progress, then serve no more."""
        self._uvicorn.should_exit = True
        if self._thread:
            self._thread.join()


def serve(
    settings: Settings,
    baseplate: Operations,
    ready: Callable[[int], Any] = lambda _port: None,
    pages: Mapping[str, Page] | None = None,
) -> None:
    """Serve on the settings' host and port until SIGTERM or SIGINT; `ready` is told the port once it listens."""
    server = Server(baseplate, settings.host, settings.port, pages)
    ready(server.port)
    server.run()


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(_BACKLOG)
    return listening
