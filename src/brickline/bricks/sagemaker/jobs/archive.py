"""`tar.gz` archives of a job's folders, compressed by several threads.

zlib releases the interpreter's lock, so blocks are compressed side by side; joined, they are one ordinary gzip member.
"""

from __future__ import annotations

import os
import struct
import tarfile
import zlib
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO

_BLOCK = 1 << 20
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
_LEVEL = 1
"""Models compress badly; the fastest level makes nearly the same size."""


class _GzipWriter:
    """A file-like object to write to, which writes gzip to `target`."""

    def __init__(self, target: IO[bytes], pool: ThreadPoolExecutor, ahead: int) -> None:
        self._target, self._pool, self._ahead = target, pool, ahead
        self._pending: deque[Future[bytes]] = deque()
        self._block = bytearray()
        self._checksum = self._size = 0
        target.write(_HEADER)

    def write(self, data: bytes) -> int:
        self._block += data
        while len(self._block) >= _BLOCK:
            self._submit(bytes(self._block[:_BLOCK]))
            del self._block[:_BLOCK]
        return len(data)

    def close(self) -> None:
        if self._block:
            self._submit(bytes(self._block))
        while self._pending:
            self._target.write(self._pending.popleft().result())
        self._target.write(_LAST_BLOCK + struct.pack("<II", self._checksum, self._size & 0xFFFFFFFF))

    def _submit(self, block: bytes) -> None:
        self._checksum = zlib.crc32(block, self._checksum)
        self._size += len(block)
        self._pending.append(self._pool.submit(_deflated, block))
        if len(self._pending) > self._ahead:
            self._target.write(self._pending.popleft().result())


def _deflated(block: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A sync flush ends on a byte's boundary, so that the next block can follow.
    return compressor.compress(block) + compressor.flush(zlib.Z_SYNC_FLUSH)


def write_archive(folders: Iterable[Path], target: Path) -> None:
    """The contents of `folders` (a later one's file wins over an earlier one's) as `tar.gz`; synced when it returns."""
    workers = min(os.cpu_count() or 1, 8)
    with target.open("wb") as stream, ThreadPoolExecutor(workers) as pool:
        writer = _GzipWriter(stream, pool, ahead=2 * workers)
        with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_BLOCK) as tar:  # type: ignore[call-overload]
            for name, path in merged(folders):
                tar.add(path, arcname=name, recursive=False)
        writer.close()
        stream.flush()
        os.fsync(stream.fileno())


def merged(folders: Iterable[Path]) -> list[tuple[str, Path]]:
    """Everything below the folders by relative name, in the order of names; sockets and pipes are left out."""
    found: dict[str, Path] = {}
    for folder in folders:
        for parent, directories, files in os.walk(folder):
            for name in (*directories, *files):
                path = Path(parent, name)
                if path.is_symlink() or path.is_file() or path.is_dir():
                    found[str(path.relative_to(folder))] = path
    return sorted(found.items())
