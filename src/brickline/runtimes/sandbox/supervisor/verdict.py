"""How a job ended, and why, in words for a person: a full disk or a full memory must never look like a mystery."""

from __future__ import annotations

import os
import signal
import time

from .limits import mebibytes, out_of_memory_kills

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FULL = 1 << 20  # a disk with less than this free is full: there is always a remainder that nobody can use


class Verdict:
    """What is known of a job's end so far. The first reason given stands: what follows is its consequence."""

    def __init__(self) -> None:
        self.reason = ""
        self.wait_status: int | None = None
        self._message = ""
        self._notes: list[str] = []
        self._started: float | None = None
        self._ended: float | None = None
        self._kills_before = out_of_memory_kills()

    def starts(self) -> None:
        self._started = time.time()

    def has_started(self) -> bool:
        return self._started is not None

    def give(self, reason: str, message: str) -> None:
        if not self.reason:
            self.reason, self._message = reason, message

    def note(self, message: str) -> None:
        self._notes.append(message)

    def close(self, folder: str) -> None:
        """The job is over: find a reason for an end that nobody here brought about."""
        self._ended = time.time()
        if self.reason or self.wait_status == 0:
            return
        code = self._exit_code()
        if code == -signal.SIGKILL and out_of_memory_kills() > self._kills_before:
            self.give("memory", f"the machine ran out of memory and its kernel killed the job; {_memory()}")
        elif (free := _free(folder)) < _FULL:
            self.give(
                "disk", f"the disk that holds the job's files is full: {mebibytes(free)} free; the job {_end(code)}"
            )
        else:
            self._message = f"the job {_end(code)}"

    def document(self, phase: str) -> dict[str, Any]:
        """The members of a JobState."""
        code = self._exit_code() if phase == "ended" and self._started else None
        return {
            "phase": phase,
            "exit_code": code if code is not None and code >= 0 else None,
            "signal": -code if code is not None and code < 0 else None,
            "reason": self.reason,
            "message": "; ".join(filter(None, [self._message, *self._notes]))[:4000],
            "started": self._started,
            "ended": self._ended,
        }

    def _exit_code(self) -> int:
        """As subprocess has it. Without a report from within, the sandbox was killed as a whole."""
        return -signal.SIGKILL if self.wait_status is None else os.waitstatus_to_exitcode(self.wait_status)


def _end(code: int) -> str:
    if code >= 0:
        return f"exited with code {code}"
    return f"was killed by signal {-code} ({signal.strsignal(-code)})"


def _free(folder: str) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _memory() -> str:
    return f"the machine has {mebibytes(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))}"
