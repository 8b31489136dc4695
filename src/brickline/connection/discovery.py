"""Which server runs on a data folder: it holds a lock there for as long as it lives, and says where it is."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from brickline.baseplate.client_environment import Addresses

_FILE, _LOCK = "server.json", "server.lock"


@dataclass(frozen=True)
class ServerInfo:
    """What a running server says of itself in `<data>/server.json`. `started` is epoch seconds."""

    pid: int
    endpoint_url: str
    proxy_url: str
    ca_bundle: str
    account: str
    region: str
    version: str
    started: float

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.endpoint_url, self.proxy_url, self.ca_bundle)


def running(data: Path) -> ServerInfo | None:
    """The server that runs on the data folder, if one does (a killed one's file does not count)."""
    try:
        with (data / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        pass
    try:
        return ServerInfo(**json.loads((data / _FILE).read_text()))
    except (FileNotFoundError, ValueError):
        return None  # it is just starting


class DataFolderTaken(Exception):
    """Another server runs on the data folder."""


class Claim:
    """A server's hold on its data folder, until it closes or dies."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = data / _FILE
        self._lock = (data / _LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataFolderTaken(data) from None
        self._file.unlink(missing_ok=True)

    def announce(self, info: ServerInfo) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(info)))
        draft.replace(self._file)

    def close(self) -> None:
        self._file.unlink(missing_ok=True)
        self._lock.close()
