"""Pid 1 of a sandbox: finishes the sandbox from within, starts the command, reaps, and reports the command's end.

When it exits, or is killed, the kernel kills everything that is left in the sandbox. It keeps its capabilities, and so
the job, which has none, cannot trace it or look into it.
"""

from __future__ import annotations

import os
import select
import signal

from . import command, filesystem, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .launch import Pipes


def run(folder: str, job: dict[str, Any], pipes: Pipes) -> NoReturn:
    """Never returns; what happens is told on `pipes.report`, one line each."""
    try:
        _settle(pipes)
        kernel.set_hostname(job["hostname"])
        filesystem.enter(folder, job)
        _tie_to_supervisor(pipes)
        main = _start(job, pipes)
    except OSError as error:
        pipes.give_up(error)
        os._exit(1)
    os.close(pipes.output)
    signal.signal(signal.SIGTERM, lambda *_: _forward_stop(main))
    pipes.tell("started")
    pipes.tell("exited", str(_reap_until_end_of(main)))
    os._exit(0)


def _settle(pipes: Pipes) -> None:
    """Keep nothing of the supervisor but the pipes: its streams and files are the host's."""
    os.umask(0o022)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    kept = sorted([pipes.report, pipes.output, pipes.alive])
    for low, high in zip([2, *kept], [*kept, 65536], strict=True):
        os.closerange(low + 1, high)


def _tie_to_supervisor(pipes: Pipes) -> None:
    """Die when the supervisor dies. It says when it has become this process's parent: only then is the tie to it."""
    os.read(pipes.alive, 1)
    kernel.die_with_parent(signal.SIGKILL)
    if select.select([pipes.alive], [], [], 0)[0]:
        os._exit(1)  # it died just before


def _start(job: dict[str, Any], pipes: Pipes) -> int:
    """The pid of the command's process, once the command itself runs in it."""
    broken, failure = os.pipe()
    main = os.fork()
    if main == 0:
        _become_command(job, pipes, failure)
    os.close(failure)
    problem = os.read(broken, 4096).decode(errors="replace")
    if problem:
        pipes.tell("failed", problem)
        os._exit(1)
    os.close(broken)
    return main


def _become_command(job: dict[str, Any], pipes: Pipes, failure: int) -> NoReturn:
    try:
        command.confine(pipes.output, job["limits"]["processes"])
        command.become(job)
    except Exception as error:  # the edge that reports: whatever it is, the starter hears of it
        os.write(failure, f"{job['command'][0]} cannot be started in {job['directory']}: {error}".encode()[:4000])
    os._exit(127)


def _forward_stop(main: int) -> None:
    try:
        os.kill(main, signal.SIGTERM)
    except ProcessLookupError:
        return


def _reap_until_end_of(main: int) -> int:
    """The wait status of the command; every orphan in the sandbox is this process's child, and reaped on the way."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == main:
            return status
