"""The server's side of launchers: one per environment, started when it is first needed, and asked to fork jobs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from brickline.runtimes.sandbox.supervisor.command import ONCE_LOADED

_HOME = str(Path(__file__).parent)
_PROGRAM = """
import sys
sys.path[0] = sys.argv[1]
from supervisor.launcher.serve import main
del sys.path[0]
main(sys.argv[2])
"""
_READY = "brickline.json"
"""The last file of an environment's build: another one means that the environment is another one."""

_PATIENCE = 15.0
"""Seconds to wait for a launcher that still imports; a job does without it then."""

_OLDEST = (3, 10)
"""Python versions before this one start each job afresh."""

MEMORY_BYTES = 1 << 30
IDLE_SECONDS = 900.0
MOST = 6
"""Launchers at a time; the one that was not asked for longest has to end."""


class Launchers:
    """The launchers of one data folder. They outlive the server: the next one finds them by their sockets."""

    def __init__(self, folder: Path, memory_bytes: int = MEMORY_BYTES, idle_seconds: float = IDLE_SECONDS) -> None:
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._idle_seconds = idle_seconds
        self._asked: dict[str, float] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self, prefix: Path) -> None:
        """Start the environment's launcher unless it runs: what it imports takes as long as in the job itself."""
        with contextlib.suppress(OSError):
            self._connect(prefix).close()

    def start(self, prefix: Path, folder: Path) -> str | None:
        """Have the job in `folder` forked; the answer of its supervisor, None where no launcher could be had."""
        try:
            with self._connect(prefix) as launcher:
                launcher.settimeout(_PATIENCE)
                launcher.sendall(json.dumps({"job": str(folder.resolve())}).encode())
                launcher.shutdown(socket.SHUT_WR)
                with launcher.makefile("rb") as answer:
                    return answer.readline().decode(errors="replace").strip() or None
        except OSError:
            return None

    def close(self) -> None:
        """End all of them; jobs that they have forked go on."""
        for address in [*self._folder.glob("*.sock")]:
            self._end(address.stem)
        for process in self._processes.values():
            process.wait()

    def _connect(self, prefix: Path) -> socket.socket:
        if _version(prefix) < _OLDEST:
            raise OSError(f"a launcher needs Python {_OLDEST[0]}.{_OLDEST[1]} or newer")
        self._asked[prefix.name] = time.monotonic()
        with contextlib.suppress(OSError):
            return self._connected(prefix.name)
        with self._locked(prefix.name):
            with contextlib.suppress(OSError):
                return self._connected(prefix.name)  # somebody else has started it meanwhile
            self._make_room()
            self._launch(prefix)
            return self._connected(prefix.name)

    def _connected(self, name: str) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _short(self._folder / f"{name}.sock") as address:
                client.connect(address)
        except OSError:
            client.close()
            raise
        return client

    def _launch(self, prefix: Path) -> None:
        """The launcher gets a socket that listens already: whoever connects waits until it has imported."""
        name, address = prefix.name, self._folder / f"{prefix.name}.sock"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            with _short(address) as short:
                listening.bind(short)
            address.chmod(0o600)
            listening.listen(64)
            settings = {
                "listening": listening.fileno(),
                "address": str(address),
                "ready": str(prefix / _READY),
                "modules": str(self._folder / f"{name}.json"),
                "memory_bytes": self._memory_bytes,
                "idle_seconds": self._idle_seconds,
            }
            self._processes[name] = self._spawn(prefix, settings, listening.fileno())

    def _spawn(self, prefix: Path, settings: dict[str, object], listening: int) -> subprocess.Popen[bytes]:
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        with (self._folder / f"{prefix.name}.log").open("wb") as log:
            return subprocess.Popen(
                [prefix / "bin" / "python", "-c", _PROGRAM, _HOME, json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(home), **ONCE_LOADED},
                pass_fds=(listening,),
                start_new_session=True,
            )

    def _make_room(self) -> None:
        for name, process in [*self._processes.items()]:
            if process.poll() is not None:
                del self._processes[name]
        running = sorted(self._processes, key=lambda name: self._asked.get(name, 0.0))
        for name in running[: max(0, len(running) - MOST + 1)]:
            self._end(name)

    def _end(self, name: str) -> None:
        with contextlib.suppress(OSError), self._connected(name) as launcher:
            launcher.sendall(b'{"end": true}')
        (self._folder / f"{name}.sock").unlink(missing_ok=True)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@lru_cache
def _version(prefix: Path) -> tuple[int, ...]:
    """Of a virtual environment's Python, as pyvenv.cfg has it."""
    settings = (prefix / "pyvenv.cfg").read_text(encoding="utf-8")
    found = re.search(r"^version(?:_info)? *= *(\d+)\.(\d+)", settings, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else ()


@contextmanager
def _short(address: Path) -> Iterator[str]:
    """An address by its folder's number: one holds 107 bytes, the path of a data folder may be longer."""
    folder = os.open(address.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{address.name}"
    finally:
        os.close(folder)
