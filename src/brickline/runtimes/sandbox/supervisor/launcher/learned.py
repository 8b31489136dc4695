"""What a job imported, as its process leaves it behind at its end and its supervisor finds it."""

from __future__ import annotations

import json
import os
import stat
import sys

FOLDER, NAME = ".brickline", "imports"  # below the job's /tmp
_LONGEST = 1 << 20


def leave(known: frozenset[str], prefix: str) -> None:
    """Write down the modules of the environment that were not `known`; from the job's process, at its end."""
    modules = [name for name, module in list(sys.modules.items()) if name not in known and _is_below(module, prefix)]
    if not modules:
        return
    try:
        os.makedirs(f"/tmp/{FOLDER}", exist_ok=True)
        with open(f"/tmp/{FOLDER}/{NAME}", "w", encoding="utf-8") as file:
            json.dump(modules, file)
    except OSError:
        return  # a full disk: there is no more to it than a slower start of the next job


def of_job(folder: str) -> list[str]:
    """What a job has left; the job may have put anything there, so that no link is followed."""
    try:
        data = _read(os.path.join(folder, "scratch", "tmp"))
        modules = json.loads(data)
    except (OSError, ValueError):
        return []
    return [name for name in modules if isinstance(name, str)] if isinstance(modules, list) else []


def _read(temporary: str) -> bytes:
    place = os.open(temporary, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
    finally:
        os.close(place)
    try:
        file = os.open(NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return b""
        return os.read(file, _LONGEST)
    finally:
        os.close(file)


def _is_below(module: object, prefix: str) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(prefix + "/")
