"""Makes a sandbox: forks its pid 1 into new namespaces, and leaves the supervisor as its parent."""

from __future__ import annotations

import errno
import os

from . import init, kernel, namespaces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FORBIDDEN = (errno.EPERM, errno.EACCES, errno.EUSERS)


class Pipes:
    """The sandbox's ends: it tells on `report`, its job writes to `output`, `alive` ends with the supervisor."""

    def __init__(self, report: int, output: int, alive: int) -> None:
        self.report = report
        self.output = output
        self.alive = alive

    def tell(self, kind: str, text: str = "") -> None:
        line = f"{kind} {text}".replace("\n", " ")
        os.write(self.report, line.encode()[:4000] + b"\n")  # one write below PIPE_BUF: lines never mix

    def give_up(self, error: OSError) -> None:
        """The sandbox cannot be made: because this machine forbids it, or because of what the job asks for."""
        forbidden = error.errno in _FORBIDDEN or (error.errno == errno.ENOSPC and "unshare" in str(error))
        self.tell("forbidden" if forbidden else "impossible", str(error))


class Sandbox:
    """The supervisor's ends of the same, and the host's pid of the sandbox's pid 1 (None: it never came to be)."""

    def __init__(self, reports: int, output: int, alive: int) -> None:
        self.reports = reports
        self.output = output
        self._alive = alive
        self.pid: int | None = None

    def adopt(self, pid: int) -> None:
        """Tell pid 1 that this process is its parent now."""
        self.pid = pid
        try:
            os.write(self._alive, b"x")
        except BrokenPipeError:
            return  # it has ended already: its report says why


def launch(folder: str, job: dict[str, Any]) -> Sandbox:
    """Start making a sandbox that runs the job; what becomes of it comes as lines on `reports`."""
    kernel.adopt_orphans()
    reports, report = os.pipe()
    output, job_output = os.pipe()
    alive, keep_alive = os.pipe()
    births, birth = os.pipe()
    pipes = Pipes(report, job_output, alive)
    parent = os.fork()
    if parent == 0:
        _fork_into_namespaces(folder, job, pipes, birth)
    for end in (report, job_output, alive, birth):
        os.close(end)
    os.waitpid(parent, 0)
    sandbox = Sandbox(reports, output, keep_alive)
    pid = os.read(births, 16)
    os.close(births)
    if pid:
        sandbox.adopt(int(pid))
    return sandbox


def _fork_into_namespaces(folder: str, job: dict[str, Any], pipes: Pipes, birth: int) -> None:
    """Runs in a child that ends at once, so that pid 1 becomes an orphan and the supervisor's child."""
    try:
        namespaces.enter(job["network"])
        pid = os.fork()
        if pid == 0:
            init.run(folder, job, pipes)
        os.write(birth, str(pid).encode())
    except OSError as error:
        pipes.give_up(error)
    os._exit(0)
