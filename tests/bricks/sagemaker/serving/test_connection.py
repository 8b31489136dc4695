"""The client of model servers, with servers that do not behave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brickline.bricks.sagemaker.serving import connection
from brickline.bricks.sagemaker.serving.connection import BrokenOff, Container, Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"

Serve = Callable[[socket.socket], None]


class Server:
    """Answers one connection after the other by a function."""

    def __init__(self, address: Path) -> None:
        self.address = address
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(address))
        self._listener.listen()
        self._serve: Serve = lambda _: None
        threading.Thread(target=self._run, daemon=True).start()

    def answers(self, serve: Serve | bytes) -> Container:
        self._serve = (lambda peer: _say(peer, serve)) if isinstance(serve, bytes) else serve
        return Container(self.address)

    def close(self) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                try:
                    self._serve(peer)
                except OSError:
                    continue


def _say(peer: socket.socket, data: bytes) -> None:
    peer.recv(1 << 16)
    peer.sendall(data)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "http")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (OK + b"Content-Length: 2\r\n\r\n42", b"42"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n4\r\n1\r\n2\r\n0\r\n\r\n", b"42"),
        (OK + b"\r\n42", b"42"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
    ],
)
def test_answers_end_in_every_way_that_http_has(server: Server, said: bytes, body: bytes) -> None:
    answer = server.answers(said).invoke(b"x", {}, 10)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/csv", body)
    whole, pieces = server.answers(said).stream(b"x", {}, 10)
    assert (whole.status, b"".join(pieces)) == (200, body)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no HTTP at all\r\n\r\n",
        OK,
        OK + b"Content-Length: 10\r\n\r\n42",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n42",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    ],
)
def test_what_is_no_whole_answer_is_broken_off(server: Server, said: bytes) -> None:
    with pytest.raises(BrokenOff):
        server.answers(said).invoke(b"x", {}, 10)
    assert not server.answers(said).is_healthy()


def test_an_answer_without_end_is_broken_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MOST_BODY_BYTES", 1 << 20)

    def pour(peer: socket.socket) -> None:
        _say(peer, OK + b"\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with pytest.raises(BrokenOff, match="more than"):
        server.answers(pour).invoke(b"x", {}, 10)


def test_an_answer_before_the_request_was_read_counts(server: Server) -> None:
    said = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"
    answer = server.answers(lambda peer: peer.sendall(said)).invoke(b"x" * (8 << 20), {}, 10)
    assert (answer.status, answer.body) == (413, b"no")


def test_a_server_that_says_nothing_takes_too_long(server: Server) -> None:
    def read_on(peer: socket.socket) -> None:
        while peer.recv(1 << 16):
            pass

    with pytest.raises(TimeoutError):
        server.answers(read_on).invoke(b"x", {}, 0.1)


def test_requests_on_their_way_are_aborted(server: Server) -> None:
    arrived = threading.Event()

    def wait(peer: socket.socket) -> None:
        peer.recv(1 << 16)
        arrived.set()
        peer.recv(1)

    container = server.answers(wait)
    threading.Thread(target=lambda: arrived.wait(10) and container.abort(), daemon=True).start()
    with pytest.raises(BrokenOff):
        container.invoke(b"x", {}, 30)


def test_a_header_stays_one_header(server: Server) -> None:
    seen: list[bytes] = []

    def keep(peer: socket.socket) -> None:
        seen.append(peer.recv(1 << 16))
        peer.sendall(OK + b"Content-Length: 0\r\n\r\n")

    server.answers(keep).invoke(b"x", {"accept": "a\r\nx-own: 1"}, 10)
    assert b"\r\nx-own" not in seen[0]


def test_nobody_at_the_socket_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Container(tmp_path / "nothing").invoke(b"x", {}, 10)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(tmp_path / "left"))
    with pytest.raises(Unreachable):
        Container(tmp_path / "left").invoke(b"x", {}, 10)


def test_a_path_may_be_longer_than_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("x" * 150)
    folder.mkdir()
    monkeypatch.chdir(folder)
    server = Server(Path("http"))
    server.answers(OK + b"Content-Length: 0\r\n\r\n")
    assert Container(folder / "http").invoke(b"x", {}, 10).status == 200
    server.close()
