"""Containers for tests of endpoints: real processes in sandboxes that speak HTTP, each as its definition's MODEL says.

MODEL is Python source that may define `answer(path, headers, body) -> (status, headers, body)`.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.endpoints.workers import Answer, BrokenOff, NotStarted, Order, Say, Unreachable
from brickline.runtimes import Job, Limits, Mount, Runtime

PROGRAM = Path(__file__).with_name("container_program.py")
_CHANNEL = "/run/channel"


class Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("container", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            self.sock.connect(f"/proc/self/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)


class TestContainer:
    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._socket = folder.with_name(f"{folder.name}-channel") / "http.sock"

    def is_healthy(self) -> bool:
        try:
            return self._send("GET", "/ping", b"", {}, 2.0).status == 200
        except (Unreachable, BrokenOff, TimeoutError):
            return False

    def invoke(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        return self._send("POST", "/invocations", body, headers, timeout)

    def stream(self, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[Answer, Iterator[bytes]]:
        response = self._open("POST", "/invocations", body, headers, timeout)
        return Answer(response.status, _headers(response)), _pieces(response)

    def close(self) -> None:
        pass

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        response = self._open(method, path, body, headers, timeout)
        return Answer(response.status, _headers(response), b"".join(_pieces(response)))

    def _open(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> http.client.HTTPResponse:
        connection = Connection(self._socket, timeout)
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable from error
        try:
            connection.request(method, path, body, dict(headers))
            return connection.getresponse()
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOff from error


class TestStarter:
    __test__ = False

    def __init__(self, baseplate: Baseplate, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._runtime = runtime

    def container(self, order: Order) -> TestContainer:
        return TestContainer(order.folder)

    def start(self, context: Context, order: Order, say: Say) -> None:
        variables: dict[str, str] = order.definition.get("Environment", {})
        if "UNSTARTABLE" in variables:
            raise NotStarted(variables["UNSTARTABLE"])
        channel = order.folder.with_name(f"{order.folder.name}-channel")
        channel.mkdir(parents=True, exist_ok=True)
        prefixes = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib")}
        self._runtime.start(
            Job(
                folder=order.folder,
                command=(sys.executable, str(PROGRAM)),
                environment={"SOCKET": f"{_CHANNEL}/http.sock", "PYTHONDONTWRITEBYTECODE": "1", **variables},
                mounts=(
                    Mount(channel, _CHANNEL, writable=True),
                    Mount(PROGRAM, str(PROGRAM)),
                    *(Mount(Path(prefix), prefix) for prefix in prefixes),
                ),
                limits=Limits(grace_seconds=1.0),
                notify=self._baseplate.watcher.address,
                token=order.token,
            )
        )


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while piece := response.read1():
            yield piece
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise BrokenOff from error
