"""The gateway on a port: uvicorn, until a signal stops it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping

import uvicorn
import uvloop

from brickline.baseplate.pages import Page
from brickline.gateway.app import App
from brickline.gateway.calls import Operations

_BACKLOG = 2048
_KEEP_ALIVE = 75
_GRACE = 10
"""Seconds that calls in progress have to end once a signal came."""


class Server:
    """One gateway on a port of its own (any free one for port 0, known once made)."""

    def __init__(
        self,
        baseplate: Operations,
        host: str = "127.0.0.1",
        port: int = 0,
        pages: Mapping[str, Page] | None = None,
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        """`ending` is called when the server is to stop, to end answers that go on for ever."""
        self._app = App(baseplate, pages)
        self._socket = _listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = _Uvicorn(_config(self._app), ending)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def serve(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`, in a loop that may run other servers beside."""
        try:
            await self._uvicorn.serve(sockets=[self._socket])
        finally:
            self._app.close()

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=lambda: uvloop.run(self.serve()), name="gateway", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End calls in progress, then serve no more."""
        self._uvicorn.should_exit = True
        if self._thread:
            self._thread.join()


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
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
