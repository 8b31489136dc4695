"""`brickline.connect()` and `disconnect()`: this process's clients reach Brickline, or what they reached before."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.settings import default_data
from brickline.connection import launch
from brickline.connection.discovery import ServerInfo, running
from brickline.connection.environment import REMOVED, default_session, environment
from brickline.console.keys import link

_replaced: dict[str, str | None] | None = None
"""What the variables were before `connect()` (None: not set); None while not connected."""


@dataclass(frozen=True)
class Connection:
    """What this process is connected to."""

    endpoint_url: str
    account: str
    region: str
    principal: str
    data: Path
    started: bool
    """Whether `connect()` started the server."""

    @property
    def console(self) -> str:
        """The address that opens the console signed in."""
        return link(self.data, self.endpoint_url)

    def __str__(self) -> str:
        how = "started a server" if self.started else "found a server"
        return (
            f"Brickline: {how} at {self.endpoint_url} (data: {self.data})\n"
            f"  account  {self.account}, region {self.region}\n"
            f"  you are  {self.principal}\n"
            f"  this process's boto3, sagemaker, aws and git now reach it; other hosts pass through untouched\n"
            f"  console  {self.console}\n"
            f"  undo     brickline.disconnect()    end the server: brickline down --data {self.data}"
        )


def connect(data: str | Path | None = None, port: int | None = None, quiet: bool = False) -> Connection:
    """Point this process's AWS clients at Brickline, starting a server on `data` where none runs.

    Clients made before keep what they had. Raises `launch.StartFailed` with the server's last words.
    """
    folder = Path(data).absolute() if data else default_data()
    info = running(folder)
    started = info is None
    if info is None:
        info = launch.start(folder, [] if port is None else ["--port", str(port), "--proxy-port", "0"])
    _replace(environment(info, folder))
    connection = _connection(info, folder, started)
    if not quiet:
        print(connection)
    return connection


def disconnect() -> None:
    """Give this process the environment back that it had before `connect()`; the server runs on."""
    global _replaced
    for name, value in (_replaced or {}).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _replaced = None
    _forget_sessions()


def _replace(variables: dict[str, str]) -> None:
    global _replaced
    if _replaced is None:
        _replaced = {name: os.environ.get(name) for name in (*variables, *REMOVED)}
    for name in REMOVED:
        os.environ.pop(name, None)
    os.environ.update(variables)
    _forget_sessions()


def _forget_sessions() -> None:
    """boto3's default session remembers the credentials it was made with."""
    if boto3 := sys.modules.get("boto3"):
        boto3.DEFAULT_SESSION = None  # type: ignore[attr-defined]


def _connection(info: ServerInfo, data: Path, started: bool) -> Connection:
    principal = default_session(data).principal
    return Connection(info.endpoint_url, info.account, info.region, principal, data, started)
