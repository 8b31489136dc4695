"""The local sandbox: a job as a normal process of this machine, in Linux namespaces of its own, under a supervisor."""

from __future__ import annotations

from brickline.runtimes.sandbox.runtime import SandboxRuntime

__all__ = ["SandboxRuntime"]
