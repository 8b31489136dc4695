"""git's smart HTTP protocol at `/v1/repos/NAME`, answered by git's own upload-pack and receive-pack."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs, unquote

from brickline.baseplate.bodies import Body, BytesBody
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.pages import PageRequest, PageResponse
from brickline.bricks.codecommit.access import Access
from brickline.bricks.codecommit.git import environment
from brickline.bricks.codecommit.places import Places, Repository
from brickline.bricks.codecommit.pushes import Pushes

_PATH = re.compile(r"/v1/repos/(?P<name>[\w.-]+?)(\.git)?/(?P<what>info/refs|git-upload-pack|git-receive-pack)")
_SERVICES = ("git-upload-pack", "git-receive-pack")
_NO_CACHE = [("Cache-Control", "no-cache, max-age=0, must-revalidate"), ("Pragma", "no-cache")]
_CHUNK = 1 << 16
_LONGEST_COMMANDS = 1 << 20


class SmartHttp:
    """Serves fetches and pushes. A push moves references through `Pushes`, so that its events are told."""

    def __init__(self, baseplate: Baseplate, places: Places, pushes: Pushes) -> None:
        self._access = Access(baseplate)
        self._places = places
        self._pushes = pushes

    def answer(self, request: PageRequest) -> PageResponse:
        found = _PATH.fullmatch(unquote(request.path))
        if found is None:
            return _text(404, "not a repository's address: /v1/repos/NAME")
        context = self._access.context(request)
        if context is None:
            return _text(401, "git credentials are missing or wrong", ("WWW-Authenticate", 'Basic realm="codecommit"'))
        try:
            repository = self._places.repository(context, found["name"])
        except Refused as error:
            return _text(404, error.message)
        if found["what"] == "info/refs":
            return _advertise(repository, request)
        if request.method != "POST":
            return _text(405, "POST it")
        body = _plain(request)
        if found["what"] == "git-upload-pack":
            return _upload(repository, request, body)
        return self._receive(context, repository, body)

    def _receive(self, context: Context, repository: Repository, body: Body) -> PageResponse:
        try:
            head, wanted = _commands(body)
            with self._pushes.moving(context, repository, wanted) as lock:
                answer = _run_receive_pack(repository, head, body, lock)
        except Refused as error:  # the client went away in the middle
            return _text(error.status, error.message)
        return PageResponse(200, [*_NO_CACHE, ("Content-Type", "application/x-git-receive-pack-result")], answer)


def _advertise(repository: Repository, request: PageRequest) -> PageResponse:
    service = parse_qs(request.query).get("service", [""])[0]
    if service not in _SERVICES:
        return _text(403, "only git's smart protocol is spoken here")
    command = [service[4:], "--stateless-rpc", "--http-backend-info-refs", str(repository.git.folder)]
    protocol = _protocol(request)
    done = subprocess.run(["git", *command], env=environment(more=protocol), capture_output=True, check=False)
    if done.returncode:
        return _text(500, done.stderr.decode(errors="replace"))
    line = f"# service={service}\n"
    greeting = b"" if protocol else f"{len(line) + 4:04x}{line}0000".encode()
    headers = [*_NO_CACHE, ("Content-Type", f"application/x-{service}-advertisement")]
    return PageResponse(200, headers, greeting + done.stdout)


def _upload(repository: Repository, request: PageRequest, body: Body) -> PageResponse:
    process = subprocess.Popen(
        ["git", "upload-pack", "--stateless-rpc", str(repository.git.folder)],
        env=environment(more=_protocol(request)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    headers = [*_NO_CACHE, ("Content-Type", "application/x-git-upload-pack-result")]
    return PageResponse(200, headers, _Output(process, body))


def _run_receive_pack(repository: Repository, head: bytes, body: Body, lock: int) -> bytes:
    """Its whole answer, which is short. A client that goes away takes git, and what it had written, along."""
    # A pack that is not told its length is a large one: kept as it is, it need not be packed again.
    limit = "100" if body.length is not None else "1"
    process = subprocess.Popen(
        ["git", "-c", f"receive.unpackLimit={limit}", "receive-pack", "--stateless-rpc", str(repository.git.folder)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock,),
        start_new_session=True,
    )
    answer: list[bytes] = []
    assert process.stdin is not None
    assert process.stdout is not None
    reading = threading.Thread(target=lambda: answer.append(process.stdout.read()), name="git-answer")  # type: ignore[union-attr]
    reading.start()
    try:
        process.stdin.write(head)
        for piece in _pieces(body):
            process.stdin.write(piece)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it has said why in its answer
    except BaseException:
        _end(process)
        reading.join()  # until none of them writes any more
        repository.git.forget_incoming()
        raise
    finally:
        reading.join()
        process.wait()
    return b"".join(answer)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With its children: the one that unpacks has the repository's lock, too."""
    os.killpg(process.pid, signal.SIGKILL)
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


class _Output:
    """What a process prints, as a body; its input is fed beside."""

    length: int | None = None

    def __init__(self, process: subprocess.Popen[bytes], source: Body) -> None:
        self._process = process
        self._source = source
        threading.Thread(target=self._feed, name="git-input", daemon=True).start()

    def read(self, size: int = -1, /) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.read1(size) if size >= 0 else self._process.stdout.read()  # type: ignore[attr-defined]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _feed(self) -> None:
        assert self._process.stdin is not None
        try:
            for piece in _pieces(self._source):
                self._process.stdin.write(piece)
            self._process.stdin.close()
        except (OSError, Refused):
            self._process.kill()


def _commands(body: Body) -> tuple[bytes, list[tuple[str, str]]]:
    """The beginning of a push, up to the flush packet, and the (reference, new object) that it names."""
    head, wanted = b"", []
    while len(head) < _LONGEST_COMMANDS:
        size = _exactly(body, 4)
        head += size
        if len(size) < 4 or not re.fullmatch(rb"[0-9a-fA-F]{4}", size):
            break
        length = int(size, 16)
        if length == 0:
            break
        line = _exactly(body, max(0, length - 4))
        head += line
        words = line.split(b"\0")[0].decode(errors="surrogateescape").rstrip("\n").split(" ", 2)
        if len(words) == 3 and words[2].startswith("refs/"):
            wanted.append((words[2], words[1]))
    return head, wanted


def _exactly(body: Body, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := body.read(size - len(data))):
        data += more
    return data


def _pieces(body: Body) -> Iterator[bytes]:
    while piece := body.read(_CHUNK):
        yield piece


def _plain(request: PageRequest) -> Body:
    return _Unzipped(request.body) if request.headers.get("content-encoding") in ("gzip", "x-gzip") else request.body


class _Unzipped:
    """A gzip-compressed body as what it holds."""

    length: int | None = None

    def __init__(self, source: Body) -> None:
        self._source = source
        self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._left = BytesBody(b"")

    def read(self, size: int = -1, /) -> bytes:
        while not (data := self._left.read(size)):
            more = self._source.read(_CHUNK)
            if not more:
                return b""
            self._left = BytesBody(self._decoder.decompress(more))
        return data

    def close(self) -> None:
        self._source.close()


def _protocol(request: PageRequest) -> dict[str, str]:
    wanted = request.headers.get("git-protocol")
    return {"GIT_PROTOCOL": wanted} if re.fullmatch(r"[\w=:.-]{1,64}", wanted) else {}


def _text(status: int, text: str, *headers: tuple[str, str]) -> PageResponse:
    return PageResponse(status, [("Content-Type", "text/plain; charset=utf-8"), *headers], f"{text}\n".encode())
