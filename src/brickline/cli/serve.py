"""The server's life: claim the data folder, open the ports, carry on what is unfinished, serve, let go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TypeVar

import uvloop

from brickline import bricks, console
from brickline.baseplate import clock
from brickline.baseplate.client_environment import Addresses
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import Page
from brickline.baseplate.settings import PORT, PROXY_PORT, Settings
from brickline.baseplate.store import LayoutTooNew, StoreFailed
from brickline.connection.discovery import Claim, DataFolderTaken, ServerInfo
from brickline.gateway import history
from brickline.gateway.proxy import Proxy
from brickline.gateway.server import Server
from brickline.version import VERSION

_SWITCH_SECONDS = 0.0005
"""After so long a thread gives way to another that waits: requests go from the event loop to a worker and back."""

_LARGEST_LOG = 16 << 20
"""Bytes of `server.log`; the part before is kept once, as `server.log.1`."""

Ready = Callable[[ServerInfo], None]
Listener = TypeVar("Listener", Server, Proxy)


class CannotServe(Exception):
    """The server cannot start; the message says why and what to do."""


def serve(settings: Settings, ready: Ready, log_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is told once clients can call. Raises CannotServe.

    What happens is logged to standard error, or to a file that does not grow for ever.
    """
    # uvicorn raises the signal that stopped it once more when it is done; what is left to do here comes after that.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    log_to(log_file)
    try:
        claim = Claim(settings.data)
    except DataFolderTaken:
        raise CannotServe(f"another server is just starting or ending on {settings.data}") from None
    try:
        _serve(settings, claim, ready)
    finally:
        claim.close()


def log_to(file: Path | None) -> None:
    """Begin to log: to standard error for None."""
    handler = RotatingFileHandler(file, maxBytes=_LARGEST_LOG, backupCount=1) if file else logging.StreamHandler()
    handlers: list[logging.Handler] = [handler]
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)


def _serve(settings: Settings, claim: Claim, ready: Ready) -> None:
    try:
        baseplate = Baseplate(settings, bricks.makers(), bricks.LISTENERS)
    except (LayoutTooNew, StoreFailed) as error:
        raise CannotServe(str(error)) from None
    try:
        ending = baseplate.store.commits.close
        make_server = partial(Server, baseplate, settings.host, pages=_pages(baseplate), ending=ending)
        server = _listen("port", settings.port, PORT, lambda port: make_server(port=port))
        make_proxy = partial(Proxy, (server.host, server.port), settings.data, settings.host)
        proxy = _listen("proxy-port", settings.proxy_port, PROXY_PORT, make_proxy)
        baseplate.addresses = Addresses(server.url, proxy.url, str(proxy.authority.bundle))
        sys.setswitchinterval(_SWITCH_SECONDS)
        baseplate.start()
        info = _info(settings, baseplate.addresses)
        claim.announce(info)
        uvloop.run(_run(server, proxy, lambda: ready(info)))
    finally:
        baseplate.close()


def _pages(baseplate: Baseplate) -> dict[str, Page]:
    """What answers plain HTTP: our own pages, the console, and those of bricks."""
    of_bricks = {start: partial(baseplate.page, service, start) for start, service in bricks.PAGES.items()}
    return {**history.pages(baseplate), **console.pages(baseplate), **of_bricks}


def _listen(flag: str, port: int, default: int, make: Callable[[int], Listener]) -> Listener:
    """Listen on the port; where nobody chose it and it is taken, on any free one."""
    try:
        return make(port)
    except OSError as error:
        if port != default:
            raise CannotServe(f"port {port} is taken ({error.strerror}): choose another with --{flag}, or 0") from None
        return make(0)


async def _run(server: Server, proxy: Proxy, ready: Callable[[], None]) -> None:
    proxying = asyncio.create_task(proxy.serve())
    asyncio.get_running_loop().call_soon(ready)
    try:
        await server.serve()
    finally:
        proxying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await proxying


def _info(settings: Settings, addresses: Addresses) -> ServerInfo:
    return ServerInfo(
        pid=os.getpid(),
        endpoint_url=addresses.endpoint_url,
        proxy_url=addresses.proxy_url,
        ca_bundle=addresses.ca_bundle,
        account=settings.account,
        region=settings.region,
        version=VERSION,
        started=clock.now(),
    )
