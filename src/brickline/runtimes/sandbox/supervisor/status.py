"""The files in a job's folder that say where the job stands, and the lock that says whether its supervisor lives.

The supervisor writes them; the server reads them. The lock is a record lock: the kernel drops it with the process, and
names its holder without taking it, so that asking never disturbs and a reused pid is never mistaken.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

JOB = "job.json"
SUPERVISOR = "supervisor.pid"
STATUS = "status.json"
OUTPUT = "output.log"
ERRORS = "supervisor.err"

_NEXT = "status.next"
_ROOM = 8192  # bytes kept free for the last status, for the day when the disk is full

_LOCK = "hhqqi4x"  # struct flock: type, whence, start, length, pid


def claim(folder: str) -> bool:
    """Become the folder's one supervisor, ever. False if there is or was one."""
    handle = os.open(os.path.join(folder, SUPERVISOR), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if os.fstat(handle).st_size:
        return False
    os.write(handle, f"{os.getpid()}\n".encode())
    return True


def was_claimed(folder: str) -> bool:
    try:
        return os.stat(os.path.join(folder, SUPERVISOR)).st_size > 0
    except FileNotFoundError:
        return False


def holder(folder: str) -> int | None:
    """The pid of the living supervisor, or None."""
    try:
        handle = os.open(os.path.join(folder, SUPERVISOR), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        asked = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_LOCK, fcntl.fcntl(handle, fcntl.F_GETLK, asked))
    finally:
        os.close(handle)
    return None if kind == fcntl.F_UNLCK else int(pid)


def reserve(folder: str) -> None:
    """Set aside the room that the last status takes: a full disk must not keep the job's end a secret."""
    handle = os.open(os.path.join(folder, _NEXT), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.posix_fallocate(handle, 0, _ROOM)
    os.close(handle)


def write_last(folder: str, status: dict[str, Any]) -> None:
    """The job has ended: the status is on the disk, whole, when this returns."""
    path = os.path.join(folder, _NEXT)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.write(handle, json.dumps(status).encode().ljust(_ROOM))
    os.fsync(handle)
    os.close(handle)
    os.rename(path, os.path.join(folder, STATUS))
    _sync_folder(folder)


def write(folder: str, status: dict[str, Any]) -> None:
    """A status on the way: whole when read, and worthless after a power cut, which ends the job too."""
    path = os.path.join(folder, f"{STATUS}.new")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(status, file)
    os.rename(path, os.path.join(folder, STATUS))


def read(folder: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(folder, STATUS), encoding="utf-8") as file:
            status: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return None
    return status


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.fsync(handle)
    os.close(handle)
