"""Bytes on their way in: to a staged file, and past the hashers, without being held in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Queue

from brickline.baseplate.bodies import Body, BytesBody, GivenFile
from brickline.baseplate.objects import Objects
from brickline.bricks.s3 import checksums

_CHUNK = 1 << 20
_THREADED_FROM = 4 << 20
"""Bodies of at least so many bytes are hashed in a second thread while they are written."""


Update = Callable[[bytes], object]


@dataclass(frozen=True)
class Received:
    """A complete, synced file that no index knows yet, with its hashes: `md5` in hex, checksums in base64."""

    file: str
    size: int
    md5: bytes
    checksums: dict[str, str]
    trailers: dict[str, str]

    @property
    def etag(self) -> str:
        return self.md5.hex()


def receive(objects: Objects, body: Body | bytes | None, algorithms: Iterable[str]) -> Received:
    """Take a body in. Where it breaks off, its error is passed on and nothing is left."""
    source = body if body is not None and not isinstance(body, bytes | bytearray) else BytesBody(bytes(body or b""))
    md5 = hashlib.md5(usedforsecurity=False)
    hashers = checksums.hashers(algorithms)
    everyone: list[Update] = [md5.update, *(hasher.update for hasher in hashers.values())]
    if isinstance(source, GivenFile):
        file, size = _take(objects, source, everyone)
    else:
        file, size = _copy(objects, source, everyone)
    computed = {algorithm: checksums.encoded(hasher.digest()) for algorithm, hasher in hashers.items()}
    return Received(file, size, md5.digest(), computed, dict(getattr(source, "trailers", {})))


def _copy(objects: Objects, source: Body, updates: list[Update]) -> tuple[str, int]:
    staged = objects.stage()
    try:
        if source.length is not None and source.length < _THREADED_FROM:
            while data := source.read(_CHUNK):
                staged.write(data)
                _hash(data, updates)
        else:
            _copy_threaded(source, staged.write, updates)
        return staged.commit(), staged.size
    except BaseException:
        staged.abort()
        raise


def _copy_threaded(source: Body, write: Update, updates: list[Update]) -> None:
    """The hashers let go of the interpreter's lock, so a second core does their work."""
    chunks: Queue[bytes | None] = Queue(8)

    def work() -> None:
        while (data := chunks.get()) is not None:
            _hash(data, updates)

    hashing = threading.Thread(target=work, name="hashing")
    hashing.start()
    try:
        while data := source.read(_CHUNK):
            chunks.put(data)
            write(data)
    finally:
        chunks.put(None)
        hashing.join()


def _take(objects: Objects, given: GivenFile, updates: list[Update]) -> tuple[str, int]:
    size = 0
    while data := given.read(_CHUNK):
        size += len(data)
        _hash(data, updates)
    given.sync()
    return objects.take(given.path), size


def _hash(data: bytes, updates: list[Update]) -> None:
    for update in updates:
        update(data)


def digest(source: Body, algorithms: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The MD5 (hex) and checksums of a body that is there already."""
    md5 = hashlib.md5(usedforsecurity=False)
    hashers = checksums.hashers(algorithms)
    updates: list[Update] = [md5.update, *(hasher.update for hasher in hashers.values())]
    while data := source.read(_CHUNK):
        _hash(data, updates)
    source.close()
    return md5.hexdigest(), {name: checksums.encoded(hasher.digest()) for name, hasher in hashers.items()}
