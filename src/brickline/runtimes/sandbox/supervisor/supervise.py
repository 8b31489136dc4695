"""The supervisor's life: claim the folder, make the sandbox, stand over it, write how it ended."""

from __future__ import annotations

import json
import math
import os
import select
import signal
import time

from . import status
from .launch import launch
from .limits import Watch, watch
from .notifier import Notifier
from .records import OutputLog
from .verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHUNK = 1 << 20
_STARTER = 1  # standard output: the starter reads one line from it


def before_end() -> None:
    """What else is to happen before a job's end is known; a launcher puts something in this place."""


def main(folder: str) -> None:
    """Run as a program of its own; one line on standard output tells the starter how the launch went."""
    if os.fork():
        os._exit(0)  # the starter waits for this process only; the next one belongs to nobody
    os.umask(0o077)
    os.chdir("/")
    folder = os.path.realpath(folder)
    wake = _catch_stop()
    if not status.claim(folder):
        _tell_starter("started")
        return
    with open(os.path.join(folder, status.JOB), encoding="utf-8") as description:
        job = json.load(description)
    Supervisor(folder, job, wake).run()


class Supervisor:
    """One job, from launch to its last status."""

    def __init__(self, folder: str, job: dict[str, Any], wake: int) -> None:
        self._folder = folder
        self._limits = job["limits"]
        self._wake = wake
        self._verdict = Verdict()
        self._log = OutputLog(os.path.join(folder, status.OUTPUT))
        self._notifier = Notifier(job["notify"], job["token"])
        self._watch: Watch | None = None
        self._reports = b""
        self._answer = ""
        self._stop_at = math.inf
        self._kill_at = math.inf
        status.reserve(folder)
        status.write(folder, self._verdict.document("starting"))
        self._sandbox = launch(folder, job)
        os.set_blocking(self._sandbox.output, False)
        self._poll = self._poll_everything()
        self._owner: int | None = None
        self._watch_owner(job["owner_pid"])

    def run(self) -> None:
        while self._step():
            pass
        if self._sandbox.pid is not None:
            os.waitpid(self._sandbox.pid, 0)  # it ends when every process of the sandbox has ended
        while self._take_output():
            pass
        self._log.close()
        if not self._verdict.has_started():
            self._verdict.give("launch", "the sandbox ended while it was being made")
        if self._log.dropped:
            self._verdict.note(f"{self._log.dropped:,} bytes of output found no room on the disk")
        before_end()
        self._verdict.close(self._folder)
        status.write(self._folder, self._verdict.document("ended"))
        self._notifier.send_last()
        if not self._verdict.has_started():
            _tell_starter(self._answer or "ended")

    def _poll_everything(self) -> select.poll:
        poll = select.poll()
        for handle in (self._sandbox.reports, self._sandbox.output, self._wake):
            poll.register(handle, select.POLLIN)
        return poll

    def _watch_owner(self, pid: int | None) -> None:
        if pid is None:
            return
        try:
            self._owner = os.pidfd_open(pid)
        except ProcessLookupError:
            self._lose_owner()
        else:
            self._poll.register(self._owner, select.POLLIN)

    def _step(self) -> bool:
        """Wait for the next thing to happen and do what it asks. False once the sandbox is over."""
        ready = {handle for handle, _ in self._poll.poll(self._patience())}
        if self._sandbox.output in ready and not self._take_output():
            self._poll.unregister(self._sandbox.output)
        if self._wake in ready:
            os.read(self._wake, 512)
            self._stop("stopped", "stopped on request")
        if self._owner in ready:
            self._lose_owner()
        self._keep_time()
        return self._sandbox.reports not in ready or self._hear()

    def _patience(self) -> int | None:
        """Milliseconds until something is due, rounded up."""
        now = time.monotonic()
        waits = [self._stop_at - now, self._kill_at - now, self._notifier.due_in()]
        if self._watch is not None:
            waits.append(self._watch.due_in())
        wait = min(waits)
        return None if wait == math.inf else math.ceil(max(0.0, wait) * 1000)

    def _keep_time(self) -> None:
        now = time.monotonic()
        if now >= self._stop_at:
            self._stop("timeout", f"the job ran longer than its limit of {self._limits['run_seconds']:g} seconds")
        if now >= self._kill_at:
            self._kill()
        self._notifier.send_if_due()
        passed = self._watch.look() if self._watch is not None else None
        if passed is not None:
            self._kill(*passed)

    def _take_output(self) -> bool:
        """Keep some of what the job has written; False if there is no more, now or for ever."""
        try:
            data = os.read(self._sandbox.output, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._log.feed(data)
            self._notifier.note()
        return bool(data)

    def _hear(self) -> bool:
        """Act on what pid 1 of the sandbox tells; False once it is gone."""
        data = os.read(self._sandbox.reports, _CHUNK)
        *lines, self._reports = (self._reports + data).split(b"\n")
        for line in lines:
            kind, _, text = line.decode(errors="replace").partition(" ")
            self._act_on(kind, text)
        return bool(data)

    def _act_on(self, kind: str, text: str) -> None:
        if kind == "started":
            self._begin()
        elif kind == "exited":
            self._verdict.wait_status = int(text)
        else:
            self._verdict.give("launch", text)
            self._answer = f"{kind} {text}"

    def _begin(self) -> None:
        """The job's command runs now."""
        self._verdict.starts()
        status.write(self._folder, self._verdict.document("running"))
        if self._limits["run_seconds"] is not None:
            self._stop_at = time.monotonic() + self._limits["run_seconds"]
        self._watch = watch(self._folder, self._sandbox.pid, self._limits)
        _tell_starter("started")
        self._notifier.note()

    def _stop(self, reason: str, message: str) -> None:
        """Ask the job to end, once; it is killed when its grace is over. What has not begun is killed at once."""
        self._stop_at = math.inf
        if self._verdict.reason:
            return
        self._verdict.give(reason, message)
        if self._verdict.has_started():
            self._signal(signal.SIGTERM)
            self._kill_at = time.monotonic() + self._limits["grace_seconds"]
        else:
            self._kill()

    def _lose_owner(self) -> None:
        if self._owner is not None:
            self._poll.unregister(self._owner)
            self._owner = None
        self._kill("stopped", "the process that this job belonged to has ended")

    def _kill(self, reason: str = "", message: str = "") -> None:
        if reason:
            self._verdict.give(reason, message)
        self._watch = None
        self._kill_at = math.inf
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self._sandbox.pid is not None:
            os.kill(self._sandbox.pid, number)  # not reaped yet, so the pid is still its own


def _catch_stop() -> int:
    """A pipe that becomes readable when this process is asked to stop."""
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return wake


def _tell_starter(line: str) -> None:
    """Say it and hang up. A starter that was killed meanwhile will read the same in the status."""
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(_STARTER, f"{line}\n".encode())
    except BrokenPipeError:
        return
    finally:
        os.dup2(null, _STARTER)
