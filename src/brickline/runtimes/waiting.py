"""Waiting for a process that is not a child."""

from __future__ import annotations

import os
import select


def wait_for_end(pid: int, seconds: float) -> bool:
    """Whether the process has ended within `seconds`."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([pidfd], [], [], seconds)[0])
    finally:
        os.close(pidfd)
