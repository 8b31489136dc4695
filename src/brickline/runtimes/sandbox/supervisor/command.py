"""Becomes the job's command, inside a sandbox that is ready: what is executed can do no more than the job may.

`confine` and `execute` are apart, so that something other than an executed file can run in the same sandbox.
"""

from __future__ import annotations

import os
import resource
import signal

from . import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

_OUT_OF_MEMORY_SCORE = 500  # the kernel's choice falls on jobs before it falls on the server
_FORK_HEADROOM = 64  # above the limit that the supervisor enforces, so that it sees the limit passed

ONCE_LOADED = {
    # libgomp's threads wait for each other by spinning for milliseconds: where jobs share the cores, that is most of
    # what they do. Far fewer turns cost a job that is alone nothing (figures: docs/decisions/0009).
    "GOMP_SPINCOUNT": "3000",
}
"""What libraries read when they are loaded, and never again: launchers have it, too."""

DEFAULTS = {
    **ONCE_LOADED,
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    # tar would try to give files to their owners, who do not exist in a namespace with one user
    "TAR_OPTIONS": "--no-same-owner",
}


def confine(output: int, processes: int | None) -> None:
    """Make this process a clean start for a job: session, streams, signals, limits, and no capability left."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _reset_signals()
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if processes is not None:
        _limit_processes(processes + _FORK_HEADROOM)
    _volunteer_when_memory_runs_out()
    kernel.drop_capabilities()


def execute(job: Mapping[str, Any]) -> NoReturn:
    """Replace this process by the job's command. Raises OSError where the command cannot be started."""
    environment = {**DEFAULTS, "HOSTNAME": job["hostname"], **job["environment"]}
    os.chdir(job["directory"])
    for program in _candidates(job["command"][0], environment["PATH"]):
        try:
            os.execve(program, job["command"], environment)
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise FileNotFoundError("no such program, or its interpreter (the first line of a script) is not there")


become = execute
"""What makes this process the job's command; a launcher, which is an interpreter already, puts its own way here."""


def _candidates(name: str, path: str) -> list[str]:
    """Where the program may be. Not left to os.execvpe: it imports, and Python's library is out of sight here."""
    return [name] if "/" in name else [f"{folder}/{name}" for folder in path.split(":")]


def _reset_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)


def _volunteer_when_memory_runs_out() -> None:
    with open("/proc/self/oom_score_adj", "r+", encoding="utf-8") as score:
        if int(score.read()) < _OUT_OF_MEMORY_SCORE:
            score.write(str(_OUT_OF_MEMORY_SCORE))


def _limit_processes(most: int) -> None:
    """Bounds a fork bomb between two looks of the supervisor; the kernel counts per user namespace, host root aside."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
