"""The server's side of the sandbox: starts supervisors, and reads what they leave in their jobs' folders."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from brickline.baseplate.settings import Settings
from brickline.runtimes.job import Job, JobState, LaunchFailed
from brickline.runtimes.sandbox import checks
from brickline.runtimes.sandbox.launchers import Launchers
from brickline.runtimes.sandbox.removal import remove
from brickline.runtimes.sandbox.supervisor import status

_HOME = str(Path(__file__).parent)
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from supervisor.supervise import main; main(sys.argv[2])"
# Nothing of the server's own, which may hold credentials; some builds of Python find their library by this one.
_SUPERVISOR_ENVIRONMENT = {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}


class SandboxRuntime:
    """Runs jobs in sandboxes; implements `Runtime`.

    `hide`: host paths that no job may see through a mount. With `launchers`, jobs that name their environment are
    forked from an interpreter that has it loaded.
    """

    def __init__(self, hide: tuple[Path, ...] = (), launchers: Launchers | None = None) -> None:
        self._hidden = [str(path.resolve()) for path in hide]
        self._launchers = launchers

    @staticmethod
    def of_server(settings: Settings) -> SandboxRuntime:
        """The runtime of a server's jobs: they do not see its data, and are forked warm unless that is switched off."""
        launchers = Launchers(settings.data / "launchers") if settings.warm else None
        return SandboxRuntime((settings.data,), launchers)

    def start(self, job: Job) -> None:
        if status.was_claimed(str(job.folder)):
            return
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
            job.folder.chmod(0o700)  # a job of root's may leave set-uid programs: nobody else may reach them
            _write_private(job.folder / status.JOB, json.dumps(_description(job, self._hidden)))
            kind, _, problem = self._supervise(job).partition(" ")
        except OSError as error:
            raise LaunchFailed(f"The job's supervisor cannot be started: {error}") from error
        if kind == "forbidden":
            raise LaunchFailed(f"The sandbox cannot be made: {problem}. {checks.cure()}")
        if kind == "impossible":
            raise LaunchFailed(f"The job's sandbox cannot be made: {problem}")
        if not kind:
            raise LaunchFailed(f"The job's supervisor ended at once: {_last_words(job.folder) or 'it was killed'}")

    def prepare(self, environment_prefix: Path) -> None:
        """A job of this environment is to come."""
        if self._launchers is not None:
            self._launchers.prepare(environment_prefix)

    def close(self) -> None:
        """End what is kept ready for jobs to come; jobs go on."""
        if self._launchers is not None:
            self._launchers.close()

    def _supervise(self, job: Job) -> str:
        """Start the job's supervisor; its answer is the line it says once the job runs, or cannot."""
        answer = None
        if self._launchers is not None and job.environment_prefix is not None:
            answer = self._launchers.start(job.environment_prefix, job.folder)
        return answer or _run_supervisor(job.folder)

    def state(self, folder: Path) -> JobState:
        # The order matters: a supervisor takes the lock before it claims, and writes its last status before it lets go.
        if not status.was_claimed(str(folder)):
            return JobState("absent")
        alive = status.holder(str(folder)) is not None
        document = status.read(str(folder)) or {"phase": "starting"}
        if alive or document["phase"] == "ended":
            return JobState(**document)
        message = f"the job's supervisor was killed, and the job with it. {_last_words(folder)}".strip()
        return JobState("ended", reason="lost", message=message, started=document.get("started"))

    def stop(self, folder: Path) -> None:
        _signal_supervisor(folder, signal.SIGTERM)

    def forget(self, folder: Path) -> None:
        _signal_supervisor(folder, signal.SIGKILL, and_wait=True)
        remove(folder)

    def supervisor_pid(self, folder: Path) -> int | None:
        return status.holder(str(folder))


def _description(job: Job, hidden: Sequence[str]) -> dict[str, Any]:
    """The job as its supervisor reads it."""
    return {
        "command": job.command,
        "environment": dict(job.environment),
        "directory": job.directory,
        "mounts": [(str(mount.source.resolve()), mount.target, mount.writable) for mount in job.mounts],
        "hosts": dict(job.hosts),
        "hostname": job.hostname,
        "network": job.network,
        "limits": asdict(job.limits),
        "owner_pid": job.owner_pid,
        "notify": None if job.notify is None else str(job.notify),
        "token": job.token,
        "hidden": hidden,
    }


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and for this user only: a job's environment holds credentials."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.rename(path)


def _run_supervisor(folder: Path) -> str:
    """Start a supervisor that belongs to nobody, by an interpreter of its own."""
    with (folder / status.ERRORS).open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, _HOME, str(folder.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd="/",
            env=_SUPERVISOR_ENVIRONMENT,
            start_new_session=True,
        )
    with process:
        assert process.stdout is not None
        return process.stdout.readline().decode(errors="replace").strip()


def _signal_supervisor(folder: Path, number: signal.Signals, and_wait: bool = False) -> None:
    """Signal the living supervisor, if there is one, by a handle that can never mean another process."""
    pid = status.holder(str(folder))
    if pid is None:
        return
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if status.holder(str(folder)) == pid:
            signal.pidfd_send_signal(pidfd, number)
            if and_wait:
                select.select([pidfd], [], [])
    except ProcessLookupError:
        return
    finally:
        os.close(pidfd)


def _last_words(folder: Path) -> str:
    """The last line that a supervisor left when it failed. On a full disk it could not: then that is said."""
    try:
        lines = (folder / status.ERRORS).read_text(errors="replace").split("\n")
    except FileNotFoundError:
        return ""
    if not any(lines) and shutil.disk_usage(folder).free < 1 << 20:
        return "the disk is full"
    return next((line for line in reversed(lines) if line.strip()), "")
