"""A pipeline's steps as a graph in SVG, with each step's status where it has run. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from brickline.console.definitions import Step
from brickline.console.layers import Layout, arrange
from brickline.console.rendering import status_class

_WIDTH, _HEIGHT = 212, 52
_GAP, _RISE = 26, 42
_MARGIN = 8
_LONGEST_NAME, _LONGEST_TYPE = 22, 27
"""Letters that have room in a box."""
_SIGNS = {"good": "✓", "bad": "✕", "busy": "●", "calm": "■", "idle": "○"}


@dataclass(frozen=True)
class State:
    """How a step stands: a status and, after a dot, what more is to be said (its duration)."""

    status: str = ""
    more: str = ""
    address: str = ""
    is_chosen: bool = False
    is_cached: bool = False


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
        drawn += _text("branch", x + 7, y - 7, target.branch)
    return drawn


def _node(step: Step, state: State, layout: Layout) -> Markup:
    kind = status_class(state.status) if state.status else "idle"
    said = ", ".join(part for part in (step.title, step.type, state.status, state.more) if part)
    classes = f"step {kind}{' chosen' if state.is_chosen else ''}{' cached' if state.is_cached else ''}"
    inner = Markup("<title>{}</title>{}").format(said, _box(step, state, kind, _place(*layout.places[step.name])))
    if not state.address:
        return Markup('<g class="{}">{}</g>').format(classes, inner)
    current = Markup(' aria-current="true"') if state.is_chosen else ""
    return Markup('<a class="{}" href="{}" aria-label="{}"{}>{}</a>').format(
        classes, state.address, said, current, inner
    )


def _box(step: Step, state: State, kind: str, place: tuple[float, float]) -> Markup:
    left, top = place[0] - _WIDTH / 2, place[1]
    below = " · ".join(part for part in (step.type, state.more or state.status) if part)
    rectangle = Markup('<rect class="box" x="{:.1f}" y="{:.1f}" width="{}" height="{}" rx="9"/>')
    return Markup("").join(
        [
            rectangle.format(left, top, _WIDTH, _HEIGHT),
            _text("sign", left + 12, top + 31, _SIGNS.get(kind, "")),
            _text("name", left + 32, top + 22, _cut(step.title, _LONGEST_NAME)),
            _text("type", left + 32, top + 40, _cut(below, _LONGEST_TYPE)),
        ]
    )


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
