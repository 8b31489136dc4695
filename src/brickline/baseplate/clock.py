"""The one clock. Times are epoch seconds; tests may move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_offset = 0.0


def now() -> float:
    """Epoch seconds, to the microsecond (what a JSON timestamp carries without loss)."""
    return round(time.time() + _offset, 6)


def iso(seconds: float) -> str:
    """`2026-01-02T03:04:05Z`, the form that events and XML documents use."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def move(seconds: float) -> None:
    """Move the clock by `seconds` (tests of schedules and expiry)."""
    global _offset
    _offset += seconds
