"""The one clock. Times are epoch seconds; tests may move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

LONGEST_WAIT = 60.0
"""Seconds between looks at the clock: it may jump (a machine that slept)."""

_offset = 0.0


def now() -> float:
    """Epoch seconds, to the microsecond (what a JSON timestamp carries without loss)."""
    return round(time.time() + _offset, 6)


def iso(seconds: float) -> str:
    """`2026-01-02T03:04:05Z`, the form that events and XML documents use."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_until(moment: float) -> float:
    """How long to wait before looking again whether `moment` has come."""
    return min(max(moment - now(), 0.0), LONGEST_WAIT)


def move(seconds: float) -> None:
    """Move the clock by `seconds` (tests of schedules and expiry)."""
    global _offset
    _offset += seconds
