"""Timing, and the table that results go into."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the report: what was measured, and a figure for each contender."""

    what: str
    figures: dict[str, str]
    budget: str = ""


def each(count: int, call: Callable[[], Any], warm_up: int = 5) -> list[float]:
    """Seconds of each of `count` calls, after some that do not count."""
    for _ in range(warm_up):
        call()
    return [timed(call) for _ in range(count)]


def timed(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def interleaved(count: int, calls: dict[str, Callable[[], Any]], warm_up: int = 5) -> dict[str, list[float]]:
    """The same for several contenders, in turn, so that the machine's moods are shared."""
    for call in calls.values():
        for _ in range(warm_up):
            call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(count):
        for name, call in calls.items():
            taken[name].append(timed(call))
    return taken


def milliseconds(seconds: list[float]) -> str:
    """`p50 1.2 ms, p99 3.4 ms`."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered) * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms"


def rate(size: int, seconds: list[float]) -> str:
    """`350 MiB/s` of the median."""
    return f"{size / statistics.median(seconds) / 2**20:.0f} MiB/s"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table, a column per contender."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    lines = ["| what | " + " | ".join(names) + " | goal |", "|---" * (len(names) + 2) + "|"]
    for row in rows:
        cells = " | ".join(row.figures.get(name, "") for name in names)
        lines.append(f"| {row.what} | {cells} | {row.budget} |")
    return "\n".join(lines)
