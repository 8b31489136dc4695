"""Deployment packages: zip archives, unpacked with suspicion."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

MOST_UNPACKED = 262_144_000
"""Bytes, layers included: Lambda's quota."""
_MOST_ENTRIES = 100_000
_CHUNK = 1 << 20


class BadArchive(ValueError):
    """An archive that is none, or that is hostile; the message says why."""


def unpack(data: bytes, folder: Path, most: int = MOST_UNPACKED) -> int:
    """Unpack into `folder`, which is there already; gives the unpacked size in bytes. Raises BadArchive.

    Sizes that an archive states are not believed: what comes out is counted.
    """
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > _MOST_ENTRIES:
                raise BadArchive(f"it has more than {_MOST_ENTRIES} entries")
            for entry in archive.infolist():
                size += _unpack_entry(archive, entry, folder, most - size)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError, OSError) as error:
        raise BadArchive(f"it cannot be read as a zip archive: {error}") from None
    return size


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, most: int) -> int:
    target = folder / _safe_name(entry)
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as sink:
        size = _copy(source, sink, most)
    is_program = entry.external_attr >> 16 & 0o111
    target.chmod(0o755 if is_program else 0o644)
    return size


def _copy(source: IO[bytes], sink: IO[bytes], most: int) -> int:
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise BadArchive(f"Unzipped size must be smaller than {MOST_UNPACKED} bytes")
        sink.write(chunk)
    return size


def _safe_name(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The entry's path. BadArchive for one that leaves the folder, and for links, pipes and devices."""
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive(f"{entry.filename!r} is neither a file nor a folder")
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or not path.parts:
        raise BadArchive(f"{entry.filename!r} would lie outside of the function's folder")
    return path


def remove(path: Path) -> None:
    """An archive, or the folder of an unpacked one."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
