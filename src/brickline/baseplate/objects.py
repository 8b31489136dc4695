"""Object files: bytes by id. What they are called, and which of them count, an index in the store says.

A file gets its id only when it is complete and synced; whatever a kill leaves in `staging/` is swept at the next start.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from brickline.baseplate.bodies import FileBody

_WRITE_BACK = 8 << 20
"""After so many bytes the kernel is asked to begin writing them to disk, so that the sync at the end is short."""


_SYNC_FILE_RANGE_WRITE = 2
_sync_file_range = getattr(ctypes.CDLL(None), "sync_file_range", None)
if _sync_file_range is not None:
    _sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


class StagedObject:
    """A file being written. `commit` gives its id; without it, `abort` leaves nothing."""

    def __init__(self, objects: Objects, path: Path) -> None:
        self.path = path
        self._objects = objects
        self._file = path.open("wb", buffering=0)
        self.size = 0
        self._begun = 0

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.size += len(data)
        if self.size - self._begun >= _WRITE_BACK:
            _begin_writing(self._file.fileno(), self._begun, self.size - self._begun)
            self._begun = self.size

    def commit(self) -> str:
        os.fsync(self._file.fileno())
        self._file.close()
        return self._objects.take(self.path)

    def abort(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Objects:
    """The folder of object files, fanned out by the first two letters of their ids."""

    def __init__(self, root: Path) -> None:
        self._files = root / "files"
        self._staging = root / "staging"
        self._files.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir()

    def stage(self) -> StagedObject:
        return StagedObject(self, self.staging_path())

    def staging_path(self) -> Path:
        """A fresh path on the same file system, for a file that `take` is to adopt."""
        return self._staging / secrets.token_hex(16)

    def take(self, path: Path) -> str:
        """Adopt a complete, synced file by renaming it; gives its id."""
        object_id = secrets.token_hex(16)
        target = self.path(object_id)
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        _sync_folder(target.parent)
        return object_id

    def link(self, object_id: str) -> str:
        """Another id for the same bytes, which outlives the first; object files never change."""
        staged = self.staging_path()
        os.link(self.path(object_id), staged)
        return self.take(staged)

    def path(self, object_id: str) -> Path:
        return self._files / object_id[:2] / object_id

    def open(self, object_id: str, offset: int = 0, length: int | None = None) -> FileBody:
        return FileBody(self.path(object_id), offset, length)

    def delete(self, object_id: str) -> None:
        """Remove a file; readers that have it open go on reading. After the commit that forgets it, never before."""
        self.path(object_id).unlink(missing_ok=True)

    def ids(self) -> Iterator[str]:
        """Every id there is, to find those that no index knows."""
        for folder in self._files.iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield from (entry.name for entry in folder.iterdir())


def _begin_writing(descriptor: int, offset: int, length: int) -> None:
    """A hint: where there is no such call, or it fails, the sync does it all."""
    if _sync_file_range is not None:
        _sync_file_range(descriptor, offset, length, _SYNC_FILE_RANGE_WRITE)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
