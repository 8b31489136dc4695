"""The proxy with real clients: raw sockets, ssl and urllib3, to servers on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3

from brickline.gateway.certificates import Authority
from brickline.gateway.egress import read
from brickline.gateway.proxy import Proxy

HEAD = b"HTTP/1.1 200 Connection established\r\n\r\n"


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked: method, path, Host, and how many bytes came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        left = length
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        asked = {"method": self.command, "path": self.path, "host": self.headers["Host"], "bytes": length}
        body = json.dumps(asked).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


class _Echoes:
    """A server on a port of its own, with TLS where a context is given."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Running:
    """A proxy in a thread with a loop of its own."""

    def __init__(self, gateway: tuple[str, int], data: Path) -> None:
        self.proxy = Proxy(gateway, data)
        self.address = ("127.0.0.1", int(self.proxy.url.rsplit(":", 1)[1]))
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._task = self._loop.create_task(self.proxy.serve())
        with_cancel = asyncio.gather(self._task, return_exceptions=True)
        self._loop.run_until_complete(with_cancel)

    def close(self) -> None:
        if self._thread.is_alive() and self._task:
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10)

    def client(self) -> urllib3.ProxyManager:
        bundle = str(self.proxy.authority.bundle)
        return urllib3.ProxyManager(self.proxy.url, ca_certs=bundle, timeout=10, retries=False)

    def say(self, *pieces: bytes) -> bytes:
        """Send bytes, and give all that comes back until the proxy hangs up."""
        with socket.create_connection(self.address, timeout=10) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while data := connection.recv(65536):
                answer += data
            return answer


@pytest.fixture
def gateway() -> Iterator[_Echoes]:
    echoes = _Echoes()
    yield echoes
    echoes.close()


@pytest.fixture
def running(gateway: _Echoes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    running = Running(("127.0.0.1", gateway.port), tmp_path)
    yield running
    running.close()


def test_an_aws_host_is_answered_here_by_its_own_name(running: Running, tmp_path: Path) -> None:
    client = running.client()
    for _ in range(2):
        answer = client.request("POST", "https://sts.us-east-1.amazonaws.com/", body=b"x" * 10)
        asked = json.loads(answer.data)
        assert asked == {"method": "POST", "path": "/", "host": "sts.us-east-1.amazonaws.com", "bytes": 10}
    running.close()
    assert [(item.host, item.call, item.count) for item in read(tmp_path / "egress.json")] == [
        ("sts.us-east-1.amazonaws.com", "POST /", 2)
    ]


def test_a_large_upload_passes_through(running: Running) -> None:
    answer = running.client().request("PUT", "https://bucket.s3.us-east-1.amazonaws.com/key", body=b"x" * (32 << 20))
    assert json.loads(answer.data)["bytes"] == 32 << 20


def test_telemetry_is_answered_with_nothing_and_counted(running: Running, tmp_path: Path) -> None:
    url = "https://sm-pysdk-t-us-east-1.s3.us-east-1.amazonaws.com/telemetry?x-status=1"
    answer = running.client().request("GET", url)
    assert (answer.status, answer.data) == (200, b"")
    running.close()
    assert read(tmp_path / "egress.json")[0].call == "GET /telemetry"


def test_another_host_is_tunnelled_untouched(running: Running, tmp_path: Path) -> None:
    """The client sees the other host's own certificate: nobody reads on the way."""
    foreign = Authority(tmp_path / "foreign")
    foreign.prepare()
    echoes = _Echoes(foreign.context("localhost"))
    try:
        trusting = ssl.create_default_context(cafile=str(foreign.certificate_file))
        client = urllib3.ProxyManager(running.proxy.url, ssl_context=trusting, timeout=10, retries=False)
        answer = client.request("GET", f"https://localhost:{echoes.port}/path?q=1")
        assert json.loads(answer.data)["path"] == "/path?q=1"
    finally:
        echoes.close()
    assert read(tmp_path / "egress.json") == []


def test_plain_requests_are_passed_on_to_their_host(running: Running) -> None:
    echoes = _Echoes()
    try:
        answer = running.client().request("GET", f"http://127.0.0.1:{echoes.port}/plain")
        assert json.loads(answer.data)["path"] == "/plain"
    finally:
        echoes.close()


def test_the_user_s_own_proxy_is_used_for_other_hosts(
    gateway: _Echoes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as company:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss@127.0.0.1:{company.getsockname()[1]}")
        running = Running(("127.0.0.1", gateway.port), tmp_path)
        with socket.create_connection(running.address, timeout=10) as client:
            client.sendall(b"CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n")
            upstream, _ = company.accept()
            asked = upstream.recv(65536)
            assert asked.startswith(b"CONNECT example.test:443 HTTP/1.1\r\n")
            assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in asked
            upstream.sendall(HEAD + b"hello")
            upstream.shutdown(socket.SHUT_WR)
            answer = b""
            while data := client.recv(65536):
                answer += data
            assert answer == HEAD + b"hello"
            upstream.close()
        running.close()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"this is a proxy"),
        (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n", b"502 Bad Gateway"),
        (b"CONNECT x:99999999 HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"X" * 200_000 + b"\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_what_is_no_request_to_a_proxy_is_refused(running: Running, sent: bytes, says: bytes) -> None:
    try:
        assert says in running.say(sent)
    except ConnectionResetError:
        assert len(sent) > 100_000  # it hung up before all was sent
