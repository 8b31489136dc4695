"""Where jobs run. The sandbox of Linux namespaces is the default."""

from brickline.runtimes.job import Job, JobState, LaunchFailed, Limits, Mount, Runtime
from brickline.runtimes.machine import memory_share
from brickline.runtimes.output import read_output
from brickline.runtimes.sandbox.runtime import SandboxRuntime
from brickline.runtimes.waiting import wait_for_end

__all__ = [
    "Job",
    "JobState",
    "LaunchFailed",
    "Limits",
    "Mount",
    "Runtime",
    "SandboxRuntime",
    "memory_share",
    "read_output",
    "wait_for_end",
]
