"""Objects of S3 as files: brought into a job's folder, without a copy of the bytes where the disk can share them."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from brickline.baseplate.bodies import Body, FileBody

_CLONE = 0x40049409
"""FICLONE: a copy that shares its blocks with the original until one of them is written."""

_CHUNK = 1 << 20


def save_body(body: Body, target: Path, read_only: bool = False) -> None:
    """Write a body to `target`, and close it. Only what nobody will write (`read_only`) may share the store's file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not (isinstance(body, FileBody) and body.is_whole and _placed(body.path, target, read_only)):
            _write(body, target)
    finally:
        body.close()


def _placed(source: Path, target: Path, read_only: bool) -> bool:
    """Link (read-only inputs) or copy the store's file; False where it is gone and the open body has to be read."""
    try:
        if read_only:
            os.link(source, target)
        else:
            _copy(source, target)
    except FileNotFoundError:
        return False
    except OSError:
        if not read_only:
            raise
        shutil.copyfile(source, target)  # another file system
    return True


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as original, target.open("wb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), _CLONE, original.fileno())
        except OSError:
            shutil.copyfile(source, target)


def _write(body: Body, target: Path) -> None:
    with target.open("wb") as stream:
        while chunk := body.read(_CHUNK):
            stream.write(chunk)
