"""Watches what a sandbox uses. The kernel's own controllers need a delegated cgroup, which a plain user rarely has."""

from __future__ import annotations

import math
import os
import stat
import time
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Glance = tuple[str, float]  # what is wrong, if anything, and the seconds until the next one

_PAGE = os.sysconf("SC_PAGE_SIZE")
_BLOCK = 512  # bytes in a unit of st_blocks
_IN_MEMORY = ("dev/shm", "run")  # tmpfs: what lies there lies in memory

# What a job can use up in a second at most: it says how soon to look again, given what is left.
_MEMORY_PER_SECOND = 4 << 30
_DISK_PER_SECOND = 2 << 30
_FORKS_PER_SECOND = 20_000
_SHORTEST, _LONGEST = 0.01, 1.0
_SHARE = 20  # a look that takes a second is followed by this many seconds without one


def watch(folder: str, pid: int | None, limits: dict[str, Any]) -> Watch | None:
    """A watch over the sandbox whose pid 1 is `pid`; None if that has ended already."""
    if pid is None:
        return None
    try:
        return Watch(folder, pid, limits)
    except (FileNotFoundError, ProcessLookupError):
        return None


class Watch:
    """Looks at a sandbox from outside: `look` answers (reason, message) once a limit is passed."""

    def __init__(self, folder: str, pid: int, limits: dict[str, Any]) -> None:
        self._folder = folder
        glances = (
            ("processes", self._look_at_processes, limits["processes"]),
            ("memory", self._look_at_memory, limits["memory_bytes"]),
            ("disk", self._look_at_disk, limits["disk_bytes"]),
        )
        self._glances = {reason: partial(glance, limit) for reason, glance, limit in glances if limit is not None}
        self._next = dict.fromkeys(self._glances, 0.0)
        # Opened once: a sandbox that ends takes the paths away, but not what is open.
        self._proc, *self._memory_files = [_open_folder(f"/proc/{pid}/root/{place}") for place in ("proc", *_IN_MEMORY)]

    def due_in(self) -> float:
        return max(0.0, min(self._next.values(), default=math.inf) - time.monotonic())

    def look(self) -> tuple[str, str] | None:
        for reason, glance in self._glances.items():
            began = time.monotonic()
            if self._next[reason] > began:
                continue
            message, pause = glance()
            if message:
                return reason, message
            ended = time.monotonic()
            self._next[reason] = ended + max(pause, _SHARE * (ended - began))
        return None

    def _look_at_processes(self, limit: int) -> Glance:
        used = sum(threads for threads, _ in _running(self._proc))
        if used > limit:
            return f"the job had {used} processes and threads; its limit is {limit}", 0.0
        return "", _pause(limit - used, _FORKS_PER_SECOND)

    def _look_at_memory(self, limit: int) -> Glance:
        used = self._used_memory(limit)
        if used > limit:
            return f"the job used {mebibytes(used)} of memory; its limit is {mebibytes(limit)}", 0.0
        return "", _pause(limit - used, _MEMORY_PER_SECOND)

    def _look_at_disk(self, limit: int) -> Glance:
        used = disk_usage(self._folder)
        if used > limit:
            return f"the job's files, with temporary ones, take {mebibytes(used)}; its limit is {mebibytes(limit)}", 0.0
        return "", _pause(limit - used, _DISK_PER_SECOND)

    def _used_memory(self, limit: int) -> int:
        """Counts pages shared between processes more than once, unless that would pass the limit: exact costs more."""
        resident = sum(pages * _PAGE for _, pages in _running(self._proc))
        files = sum(map(_used, self._memory_files))
        if resident + files <= limit:
            return resident + files
        anonymous, shared = 0, 0
        for share in _proportional(self._proc):
            anonymous += share.get("Pss_Anon", share.get("Pss", 0))
            shared += share.get("Pss_Shmem", 0)
        return anonymous + max(shared, files)


def disk_usage(folder: str) -> int:
    """The bytes that the folder takes on the disk. Files that come and go meanwhile count or do not."""
    total, folders = 0, [folder]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            total += found.st_blocks * _BLOCK
            if stat.S_ISDIR(found.st_mode):
                folders.append(entry.path)
    return total


def mebibytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB"


def out_of_memory_kills() -> int:
    """How often this machine's kernel has killed a process for want of memory."""
    with open("/proc/vmstat", encoding="utf-8") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _open_folder(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _used(file_system: int) -> int:
    usage = os.fstatvfs(file_system)
    return (usage.f_blocks - usage.f_bfree) * usage.f_frsize


def _pause(left: int, per_second: int) -> float:
    """Seconds in which what is left cannot be used up."""
    return min(_LONGEST, max(_SHORTEST, left / per_second))


def _running(proc: int) -> Iterator[tuple[int, int]]:
    """(threads, resident pages) of each process."""
    for text in _each(proc, "stat"):
        fields = text.rpartition(")")[2].split()  # proc_pid_stat(5): the name may hold anything, also ")"
        yield int(fields[17]), int(fields[21])


def _proportional(proc: int) -> Iterator[dict[str, int]]:
    """Each process's memory by kind, in bytes, with shared pages divided among those that share them."""
    for text in _each(proc, "smaps_rollup"):
        rows = [line.split() for line in text.splitlines()[1:]]
        yield {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows}


def _each(proc: int, name: str) -> Iterator[str]:
    for pid in os.listdir(proc):
        if not pid.isdigit():
            continue
        try:
            handle = os.open(f"{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        except OSError:
            continue  # it has ended meanwhile
        try:
            text = os.read(handle, 8192).decode(errors="replace")
        except OSError:
            continue
        finally:
            os.close(handle)
        yield text
