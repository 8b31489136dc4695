"""Where the nodes of a directed graph without cycles go: layers from top to bottom, few crossings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_SWEEPS = 8

Needs = Mapping[str, Sequence[str]]
Path = Sequence[tuple[str, float, int]]


@dataclass(frozen=True)
class Layout:
    """`places` are (column, layer) of the nodes; a column is a node's width, and may be broken.

    `paths` are the edges: the places from the upper node to the lower one, with the ways between other nodes.
    """

    width: float
    depth: int
    places: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    paths: Sequence[Path] = field(default=())


def arrange(needs: Needs) -> Layout:
    """`needs` names what each node comes after. Edges that follow from others are left out."""
    edges = [(above, name) for name, above_all in reduced(needs).items() for above in above_all]
    layer = _layers(needs)
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in needs:
        rows[layer[name]].append(name)
    chains = [_chain(edge, layer, rows) for edge in edges]
    links = [pair for chain in chains for pair in pairwise(chain)]
    columns = _columns(_ordered(rows, links), links)
    height = {name: index for index, row in enumerate(rows) for name in row}
    return Layout(
        width=max(columns.values(), default=-1.0) + 1,
        depth=len(rows),
        places={name: (columns[name], layer[name]) for name in needs},
        paths=[[(name, columns[name], height[name]) for name in chain] for chain in chains],
    )


def reduced(needs: Needs) -> dict[str, list[str]]:
    """The same graph without the edges that longer ways make needless."""
    above: dict[str, set[str]] = {}

    def all_above(name: str) -> set[str]:
        if name not in above:
            above[name] = set().union(*({one} | all_above(one) for one in needs[name]))
        return above[name]

    return {
        name: [one for one in ones if not any(one in all_above(other) for other in ones if other != one)]
        for name, ones in needs.items()
    }


def _layers(needs: Needs) -> dict[str, int]:
    found: dict[str, int] = {}

    def layer(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((layer(one) for one in needs[name]), default=-1)
        return found[name]

    return {name: layer(name) for name in needs}


def _chain(edge: tuple[str, str], layer: Mapping[str, int], rows: list[list[str]]) -> list[str]:
    """An edge as a way through every layer between; its stops get places of their own in the rows."""
    above, below = edge
    stops = []
    for index in range(layer[above] + 1, layer[below]):
        stops.append(f"{above}\n{below}\n{index}")
        rows[index].append(stops[-1])
    return [above, *stops, below]


def _ordered(rows: list[list[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Each row by the mean place of its neighbours, down and up again, until it has calmed down."""
    up, down = _neighbours(links)
    for sweep in range(_SWEEPS):
        near = up if sweep % 2 == 0 else down
        order = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for index in order:
            spot = {name: place for row in rows for place, name in enumerate(row)}
            rows[index].sort(key=lambda name: _mean([spot[one] for one in near.get(name, ())], spot[name]))
    return rows


def _columns(rows: Sequence[Sequence[str]], links: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Nodes below the middle of what they hang on, a column apart at least."""
    up, down = _neighbours(links)
    columns = {name: place - len(row) / 2 for row in rows for place, name in enumerate(row)}
    for sweep in range(_SWEEPS):
        near = up if sweep % 2 == 0 else down
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wished = [_mean([columns[one] for one in near.get(name, ())], columns[name]) for name in row]
            columns |= dict(zip(row, apart(wished), strict=True))
    least = min(columns.values(), default=0.0)
    return {name: column - least for name, column in columns.items()}


def apart(wished: Sequence[float]) -> list[float]:
    """The wishes moved apart to a column at least, as little as can be on the whole."""
    placed: list[float] = []
    for wish in wished:
        placed.append(max(wish, placed[-1] + 1) if placed else wish)
    shift = _mean([wish - place for wish, place in zip(wished, placed, strict=True)], 0.0)
    return [place + shift for place in placed]


def _neighbours(links: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for above, below in links:
        up.setdefault(below, []).append(above)
        down.setdefault(above, []).append(below)
    return up, down


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
