"""Hashes of large bodies, made beside the thread that reads them: SHA-256, MD5 and the disk work at once."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor

_AT_ONCE = 64 * 1024
"""Up to so many bytes a hash is made right here: a thread would cost more than it saves."""

_threads = ThreadPoolExecutor(max(2, os.cpu_count() or 1), thread_name_prefix="hashing")


class BackgroundHash:
    """A hash of hashlib's; `update` returns at once, one piece ahead."""

    def __init__(self, algorithm: str) -> None:
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._pending: Future[None] | None = None

    def update(self, data: bytes) -> None:
        self._wait()
        if len(data) <= _AT_ONCE:
            self._hash.update(data)
        else:
            self._pending = _threads.submit(self._hash.update, data)

    def hexdigest(self) -> str:
        return self.digest().hex()

    def digest(self) -> bytes:
        self._wait()
        return self._hash.digest()

    def _wait(self) -> None:
        if self._pending:
            self._pending.result()
            self._pending = None
