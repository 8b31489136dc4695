"""What of the machine a job may have."""

from __future__ import annotations

import os

_GIB = 1 << 30


def memory_share() -> int:
    """Bytes of memory for one job: what the machine has, less some for everybody else."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(memory - 2 * _GIB, memory // 2)
