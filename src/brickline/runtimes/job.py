"""What a job is to a runtime: a description to start from, a state to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Phase = Literal["absent", "starting", "running", "ended"]
Reason = Literal["", "stopped", "timeout", "memory", "disk", "processes", "lost", "launch"]


class LaunchFailed(Exception):
    """A job could not be started; the message says what to do about it."""


@dataclass(frozen=True)
class Mount:
    """A host file or folder as the job sees it; `target` is an absolute path."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Limits:
    """What a job may use. `disk_bytes` counts what it writes into its own folder (including `/tmp`)."""

    memory_bytes: int | None = None
    processes: int | None = 4096
    disk_bytes: int | None = None
    run_seconds: float | None = None
    grace_seconds: float = 120.0
    """Between SIGTERM and SIGKILL (StopTrainingJob gives 120 seconds)."""


@dataclass(frozen=True)
class Job:
    """One process in a sandbox of its own.

    `folder` is the job's on the host: its supervisor keeps `job.json`, `status.json` and `output.log` there. With
    `owner_pid` the job ends with that process; otherwise it outlives the server. `token` is sent to the Unix datagram
    socket `notify` when there is new output and at the end.
    """

    folder: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str = "/"
    mounts: tuple[Mount, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "localhost"
    network: bool = True
    limits: Limits = Limits()
    owner_pid: int | None = None
    notify: Path | None = None
    token: str = ""
    environment_prefix: Path | None = None
    """The environment whose interpreter the command starts with: a loaded one may be forked instead of starting it."""


@dataclass(frozen=True)
class JobState:
    """How a job is. Times are epoch seconds; `message` explains `reason` to a person."""

    phase: Phase
    exit_code: int | None = None
    signal: int | None = None
    reason: Reason = ""
    message: str = ""
    started: float | None = None
    ended: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.phase == "ended" and self.exit_code == 0 and not self.reason


class Runtime(Protocol):
    """Where jobs run. Everything but `start` needs only the job's folder, so it works after a restart too."""

    def prepare(self, environment_prefix: Path) -> None:
        """A job of this environment is about to come: what can be made ready for it is begun."""
        ...

    def start(self, job: Job) -> None:
        """Start the job, unless its folder says that it was started already. Raises LaunchFailed."""
        ...

    def state(self, folder: Path) -> JobState: ...

    def stop(self, folder: Path) -> None:
        """Ask the job to end (SIGTERM), and kill it after its grace; the state's reason becomes `stopped`."""
        ...

    def forget(self, folder: Path) -> None:
        """Remove the folder, whatever owners and modes the job left in it."""
        ...

    def supervisor_pid(self, folder: Path) -> int | None:
        """The process to watch for the job's end; None once it is gone."""
        ...
