"""Watches what a sandbox uses. The kernel's own controllers need a delegated cgroup, which a plain user rarely has."""

from __future__ import annotations

import os
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

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
        self._memory: int | None = limits["memory_bytes"]
        self._processes: int | None = limits["processes"]
        self._disk: int | None = limits["disk_bytes"]
        # Opened once: a sandbox that ends takes the paths away, but not what is open.
        self._proc, *self._memory_files = [_open_folder(f"/proc/{pid}/root/{place}") for place in ("proc", *_IN_MEMORY)]
        self._next = {"processes": 0.0, "disk": 0.0}

    def due_in(self) -> float:
        return max(0.0, min(self._next.values()) - time.monotonic())

    def look(self) -> tuple[str, str] | None:
        now = time.monotonic()
        for name, glance in (("processes", self._look_at_processes), ("disk", self._look_at_disk)):
            if self._next[name] > now:
                continue
            passed, pause = glance()
            if passed:
                return passed
            self._next[name] = time.monotonic() + max(pause, _SHARE * (time.monotonic() - now))
        return None

    def _look_at_processes(self) -> tuple[tuple[str, str] | None, float]:
        tasks, resident = 0, 0
        for threads, pages in _running(self._proc):
            tasks += threads
            resident += pages * _PAGE
        if self._processes is not None and tasks > self._processes:
            return ("processes", f"the job had {tasks} processes and threads; its limit is {self._processes}"), 0.0
        pauses = [_pause(self._processes, tasks, _FORKS_PER_SECOND)]
        if self._memory is not None:
            used = self._used_memory(resident, self._memory)
            if used > self._memory:
                return (
                    "memory",
                    f"the job used {mebibytes(used)} of memory; its limit is {mebibytes(self._memory)}",
                ), 0.0
            pauses.append(_pause(self._memory, used, _MEMORY_PER_SECOND))
        return None, min(pauses)

    def _look_at_disk(self) -> tuple[tuple[str, str] | None, float]:
        if self._disk is None:
            return None, float("inf")
        used = disk_usage(self._folder)
        if used > self._disk:
            message = (
                f"the job's files, with temporary ones, take {mebibytes(used)}; its limit is {mebibytes(self._disk)}"
            )
            return ("disk", message), 0.0
        return None, _pause(self._disk, used, _DISK_PER_SECOND)

    def _used_memory(self, resident: int, limit: int) -> int:
        """Counts pages shared between processes more than once, unless that would pass the limit: exact costs more."""
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


def _pause(limit: int | None, used: int, per_second: int) -> float:
    """Seconds in which what is left cannot be used up."""
    return _LONGEST if limit is None else min(_LONGEST, max(_SHORTEST, (limit - used) / per_second))


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
