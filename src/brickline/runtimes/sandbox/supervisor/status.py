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

_ROOM = 8192  # bytes of a status file

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
    """Set aside the room that the statuses to come take: a full disk must not keep the job's end a secret."""
    for phase in ("running", "ended"):
        handle = _open_room(folder, phase)
        os.posix_fallocate(handle, 0, _ROOM)
        os.close(handle)


def write(folder: str, status: dict[str, Any]) -> None:
    """The status is whole whenever it is read; the last one, which ends the job, is on the disk when this returns."""
    phase = status["phase"]
    handle = _open_room(folder, phase)
    os.write(handle, json.dumps(status).encode().ljust(_ROOM))
    if phase == "ended":
        os.fsync(handle)
    os.close(handle)
    os.rename(_room(folder, phase), os.path.join(folder, STATUS))
    if phase == "ended":
        _sync_folder(folder)


def read(folder: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(folder, STATUS), encoding="utf-8") as file:
            status: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return None
    return status


def _room(folder: str, phase: str) -> str:
    return os.path.join(folder, f"status.{phase}")


def _open_room(folder: str, phase: str) -> int:
    return os.open(_room(folder, phase), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.fsync(handle)
    os.close(handle)
