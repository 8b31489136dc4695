"""A pipeline's steps as a graph in SVG: from the definition's JSON, with each step's status where it has run. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from brickline.baseplate.brick import Shape
from brickline.console.layers import Layout, arrange
from brickline.console.rendering import status_class

_WIDTH, _HEIGHT = 212, 52
_GAP, _RISE = 26, 42
_MARGIN = 8
_LONGEST = 23
_BRANCHES = {"IfSteps": "true", "ElseSteps": "false"}


@dataclass(frozen=True)
class Step:
    """A step of the definition. `needs` are the steps it waits for; `branch` says when a condition runs it."""

    name: str
    type: str
    title: str
    needs: tuple[str, ...] = ()
    branch: str = ""
    condition: str = ""


@dataclass(frozen=True)
class State:
    """How a step stands: a status and, after a dot, what more is to be said (its duration)."""

    status: str = ""
    more: str = ""
    address: str = ""
    is_chosen: bool = False
    is_cached: bool = False


@dataclass
class _Found:
    steps: list[Step] = field(default_factory=list)


def steps_of(definition: str) -> list[Step]:
    """The steps of a definition in the order of its text, those of conditions' branches too."""
    found = _Found()
    _read(json.loads(definition).get("Steps", ()), "", "", found)
    names = {step.name for step in found.steps}
    return [
        Step(
            one.name, one.type, one.title, tuple(name for name in one.needs if name in names), one.branch, one.condition
        )
        for one in found.steps
    ]


def _read(bodies: Iterable[Shape], condition: str, branch: str, found: _Found) -> None:
    for body in bodies:
        arguments = body.get("Arguments") or {}
        own = {name: value for name, value in arguments.items() if name not in _BRANCHES}
        others = {name: value for name, value in body.items() if name not in ("Arguments", "DependsOn", "Name")}
        needs = [*_named(body.get("DependsOn") or ()), *_references([own, others]), *([condition] if condition else [])]
        title = body.get("DisplayName") or body["Name"]
        needed = tuple(name for name in dict.fromkeys(needs) if name != body["Name"])
        found.steps.append(Step(body["Name"], body["Type"], title, needed, branch, condition))
        for member, outcome in _BRANCHES.items():
            if body["Type"] == "Condition":
                _read(arguments.get(member) or (), body["Name"], outcome, found)


def _named(declared: Iterable[Any]) -> Iterator[str]:
    for one in declared:
        yield one["Step"] if isinstance(one, dict) else str(one)


def _references(value: Any) -> Iterator[str]:
    """The steps that expressions (`{"Get": "Steps.Train.ModelArtifacts…"}`) read from."""
    if isinstance(value, Mapping):
        target = value.get("Get")
        if isinstance(target, str) and target.startswith("Steps."):
            yield target.split(".")[1].split("[")[0]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def draw(steps: Sequence[Step], states: Mapping[str, State], label: str) -> Markup:
    """The graph, from top to bottom; each step is a link where its state has an address."""
    layout = arrange({step.name: step.needs for step in steps})
    known = {step.name: step for step in steps}
    pieces = [
        *(_edge(known, states, path) for path in layout.paths),
        *(_node(step, states.get(step.name, State()), layout) for step in steps),
    ]
    width, height = _canvas(layout)
    return Markup(
        '<svg class="graph steps" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="{}">{}</svg>'
    ).format(width, height, width, height, label, Markup("").join(pieces))


def _canvas(layout: Layout) -> tuple[int, int]:
    width = round(layout.width * (_WIDTH + _GAP)) - _GAP + 2 * _MARGIN
    return width, layout.depth * (_HEIGHT + _RISE) - _RISE + 2 * _MARGIN


def _place(column: float, layer: int) -> tuple[float, float]:
    """The middle of a place's upper edge."""
    return _MARGIN + column * (_WIDTH + _GAP) + _WIDTH / 2, _MARGIN + layer * (_HEIGHT + _RISE)


def _edge(known: Mapping[str, Step], states: Mapping[str, State], path: Sequence[tuple[str, float, int]]) -> Markup:
    source, target = known[path[0][0]], known[path[-1][0]]
    places = [_place(column, layer) for _, column, layer in path]
    line = f"M{places[0][0]:.1f} {places[0][1] + _HEIGHT:.1f}"
    for index, (x, y) in enumerate(places[1:], 1):
        above_x, above_y = places[index - 1][0], places[index - 1][1] + _HEIGHT
        middle = (above_y + y) / 2
        line += f" C{above_x:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {y:.1f}"
        if index < len(places) - 1:
            line += f" V{y + _HEIGHT:.1f}"
    is_done = bool(states.get(source.name, State()).status) and bool(states.get(target.name, State()).status)
    drawn = Markup('<path class="edge{}" d="{}"/>').format(" done" if is_done else "", line)
    if target.condition == source.name:
        x, y = places[-1]
        drawn += Markup('<text class="branch" x="{:.1f}" y="{:.1f}">{}</text>').format(x + 7, y - 7, target.branch)
    return drawn


def _node(step: Step, state: State, layout: Layout) -> Markup:
    column, layer = layout.places[step.name]
    x, y = _place(column, layer)
    left = x - _WIDTH / 2
    kind = status_class(state.status) if state.status else "idle"
    said = ", ".join(part for part in (step.title, step.type, state.status, state.more) if part)
    below = " · ".join(part for part in (step.type, state.more or state.status) if part)
    classes = f"step {kind}{' chosen' if state.is_chosen else ''}{' cached' if state.is_cached else ''}"
    inner = Markup(
        '<title>{}</title><rect class="box" x="{:.1f}" y="{:.1f}" width="{}" height="{}" rx="9"/>'
        '<text class="sign" x="{:.1f}" y="{:.1f}">{}</text>'
        '<text class="name" x="{:.1f}" y="{:.1f}">{}</text><text class="type" x="{:.1f}" y="{:.1f}">{}</text>'
    ).format(
        said,
        left,
        y,
        _WIDTH,
        _HEIGHT,
        left + 12,
        y + 31,
        _SIGNS.get(kind, ""),
        left + 32,
        y + 22,
        _cut(step.title),
        left + 32,
        y + 40,
        _cut(below, 26),
    )
    if not state.address:
        return Markup('<g class="{}">{}</g>').format(classes, inner)
    current = Markup(' aria-current="true"') if state.is_chosen else ""
    return Markup('<a class="{}" href="{}" aria-label="{}"{}>{}</a>').format(
        classes, state.address, said, current, inner
    )


_SIGNS = {"good": "✓", "bad": "✕", "busy": "●", "calm": "■", "idle": "○"}


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
