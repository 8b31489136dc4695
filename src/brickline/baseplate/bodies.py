"""Bodies: the bytes that an operation takes or gives, without holding them in memory.

A request's streaming member is a `Body`; a response's streaming member is `bytes` or a `Body`. A `FileBody` lets a
caller in the same process link or copy the file instead of reading it.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Protocol


class Body(Protocol):
    """A readable run of bytes. `length` is None where it is not known beforehand."""

    length: int | None

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (all that are left for -1); empty at the end. Blocks: call it from a worker thread."""
        ...

    def close(self) -> None: ...


class BytesBody:
    """A body held in memory."""

    def __init__(self, data: bytes) -> None:
        self.length: int | None = len(data)
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()


class FileBody:
    """`length` bytes of a file, from `offset`; opened at once, so that a later deletion does not matter."""

    def __init__(self, path: Path, offset: int = 0, length: int | None = None) -> None:
        self.path = path
        self.offset = offset
        self._file = path.open("rb", buffering=0)
        size = self._file.seek(0, io.SEEK_END)
        self.length: int | None = size - offset if length is None else length
        self.is_whole = offset == 0 and self.length == size
        self._left: int = self.length
        self._file.seek(offset)

    def read(self, size: int = -1, /) -> bytes:
        want = self._left if size < 0 else min(size, self._left)
        data = self._file.read(want) if want else b""
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


class GivenFile(FileBody):
    """A whole file that its maker gives away: who takes it may keep the file itself instead of a copy."""

    def sync(self) -> None:
        """Make sure that the bytes are on disk."""
        os.fsync(self._file.fileno())
