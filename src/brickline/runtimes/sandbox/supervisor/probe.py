"""Tries the steps of a sandbox that a machine may refuse, without a job."""

from __future__ import annotations

import os

from . import kernel, namespaces


def main() -> None:
    """Exit 0 where a sandbox can be made; otherwise print what was refused and exit 1."""
    try:
        namespaces.enter(network=False)
        child = os.fork()
        if child == 0:
            os._exit(_mount_proc())
        _, ended = os.waitpid(child, 0)
    except OSError as error:
        print(error, flush=True)
        os._exit(1)
    os._exit(os.waitstatus_to_exitcode(ended))


def _mount_proc() -> int:
    """As pid 1 of the namespaces: mount what every sandbox has."""
    try:
        kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount("tmpfs", "/tmp", "tmpfs")
        os.mkdir("/tmp/proc")
        kernel.mount("proc", "/tmp/proc", "proc")
    except OSError as error:
        print(error, flush=True)
        return 1
    return 0
