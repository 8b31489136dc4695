"""What happens on the connection: streams, disconnections, expectations, HEAD, pages."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import threading
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.gateway.server import Server

Running = tuple[Server, Baseplate]


def test_health_and_the_browser_s_first_page_say_what_this_is(server: Running) -> None:
    gateway, _ = server
    for path, headers in (("/_brickline/health", {}), ("/", {"Accept": "text/html"})):
        connection = http.client.HTTPConnection(gateway.host, gateway.port)
        connection.request("GET", path, headers=headers)
        answer = json.loads(connection.getresponse().read())
        assert (answer["name"], answer["region"], answer["account"]) == ("brickline", "us-east-1", "123456789012")


def test_a_client_that_goes_away_aborts_the_body(client: Any, server: Running, objects: Any) -> None:
    url = client("s3").generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "half"})
    gateway, _ = server
    connection = socket.create_connection((gateway.host, gateway.port))
    head = f"PUT {url.removeprefix(gateway.url)} HTTP/1.1\r\nHost: {gateway.host}:{gateway.port}\r\n"
    connection.sendall(head.encode() + b"Content-Length: 1000000\r\n\r\n" + b"x" * 400_000)
    connection.close()
    assert "went away" in str(objects.failures.get(timeout=10))
    assert ("bucket", "half") not in objects.kept


def test_an_expectation_is_met_with_100_continue(client: Any, server: Running, objects: Any) -> None:
    url = client("s3").generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "k"})
    gateway, _ = server
    connection = socket.create_connection((gateway.host, gateway.port))
    head = f"PUT {url.removeprefix(gateway.url)} HTTP/1.1\r\nHost: {gateway.host}:{gateway.port}\r\n"
    connection.sendall(head.encode() + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(64).startswith(b"HTTP/1.1 100")
    connection.sendall(b"data")
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    assert objects.kept["bucket", "k"] == b"data"


def test_a_refused_upload_is_answered_and_the_connection_lives_on(server: Running) -> None:
    gateway, _ = server
    connection = http.client.HTTPConnection(gateway.host, gateway.port)
    connection.request("PUT", "/bucket/key", b"x" * 3_000_000)
    answer = connection.getresponse()
    assert (answer.status, b"AccessDenied" in answer.read()) == (403, True)
    connection.request("GET", "/_brickline/health")
    assert connection.getresponse().status == 200


def test_head_has_the_length_and_no_body(client: Any, server: Running) -> None:
    s3 = client("s3")
    s3.put_object(Bucket="bucket", Key="k", Body=b"data")
    url = s3.generate_presigned_url("head_object", Params={"Bucket": "bucket", "Key": "k"})
    connection = http.client.HTTPConnection(*server[0].url.removeprefix("http://").split(":"))
    connection.request("HEAD", url.removeprefix(server[0].url))
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("content-length"), answer.read()) == (200, "4", b"")


class Endless:
    """Takes and gives bodies that fit no memory limit of a test."""

    size = 48 << 20

    def __init__(self) -> None:
        self.given: list[Zeros] = []

    def put_object(self, context: Context, request: Shape) -> Shape:
        digest, body = hashlib.md5(), request["Body"]
        while piece := body.read(1 << 20):
            digest.update(piece)
        return {"ETag": digest.hexdigest()}

    def get_object(self, context: Context, request: Shape) -> Shape:
        self.given.append(Zeros(self.size))
        return {"Body": self.given[-1], "ContentLength": self.size}


class Zeros:
    def __init__(self, length: int) -> None:
        self.length: int | None = length
        self.left = length
        self.closed = threading.Event()

    def read(self, size: int = -1, /) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        return bytes(given)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def endless(make_baseplate: Any) -> Any:
    brick = Endless()
    baseplate = make_baseplate({"s3": lambda _: Brick("s3", (brick,))})
    baseplate.settings = replace(baseplate.settings, verify_signatures=False)
    gateway = Server(baseplate)
    gateway.start()
    yield gateway, brick
    gateway.stop()


def test_bodies_pass_through_in_flat_memory(endless: tuple[Server, Endless]) -> None:
    gateway, _ = endless
    connection = http.client.HTTPConnection(gateway.host, gateway.port)
    tracemalloc.start()
    connection.request("PUT", "/b/k", (bytes(1 << 20) for _ in range(48)), encode_chunked=True)
    assert connection.getresponse().read() == b""
    connection.request("GET", "/b/k")
    answer = connection.getresponse()
    assert sum(map(len, iter(lambda: answer.read(1 << 20), b""))) == Endless.size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 << 20


def test_a_download_that_nobody_reads_on_is_given_up(endless: tuple[Server, Endless]) -> None:
    gateway, brick = endless
    connection = http.client.HTTPConnection(gateway.host, gateway.port)
    connection.request("GET", "/b/k")
    connection.getresponse().read(1000)
    connection.close()
    [body] = brick.given
    assert body.closed.wait(10)
    assert body.left > 0
