"""Where bricks go: a column for each part of the system, and rows in which joined bricks stand near. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from brickline.console.layers import apart

_SWEEPS = 10

Places = Mapping[str, tuple[int, int]]
"""Column and row by name."""


def place(columns: Sequence[Sequence[str]], joints: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Columns keep their places; in each, names get rows near those of what they are joined to."""
    near = _neighbours(joints)
    rows: dict[str, float] = {name: float(row) for names in columns for row, name in enumerate(names)}
    for sweep in range(_SWEEPS):
        for names in columns if sweep % 2 == 0 else reversed(columns):
            wishes = {name: _mean([rows[one] for one in near.get(name, ())], rows[name]) for name in names}
            ordered = sorted(names, key=lambda name: (wishes[name], rows[name]))
            rows |= dict(zip(ordered, apart([wishes[name] for name in ordered]), strict=True))
    whole = {name: floor(row + 0.5) for name, row in rows.items()}
    used = {row: index for index, row in enumerate(sorted(set(whole.values())))}
    return {name: (column, used[whole[name]]) for column, names in enumerate(columns) for name in names}


def _neighbours(joints: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for source, target in joints:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    return near


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
