"""The picture as SVG: bricks with studs on a base plate, and the joints between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from markupsafe import Markup

from brickline.console.architecture import grid, routes
from brickline.console.architecture.model import COLUMNS, KINDS, Architecture, Block, Joint
from brickline.console.rendering import status_class

_MEASURES = routes.Measures(width=152, height=62, gap=46, rise=30, left=22, top=62)
_STUDS, _STUD_WIDTH, _STUD_HEIGHT = 4, 20, 6
_LONGEST_NAME, _LONGEST_MORE = 16, 22
"""Letters that have room on a brick."""
_SIGNS = {"good": "✓", "bad": "✕", "busy": "●", "calm": "■"}


@dataclass(frozen=True)
class Look:
    """What a picture shows beside the architecture itself.

    `address` gives the page of an ARN ("" for none), `phrase` an English phrase in the reader's language.
    """

    address: Callable[[str], str] = lambda _arn: ""
    phrase: Callable[[str], str] = lambda text: text
    highlight: Collection[str] = ()
    """ARNs, names or kinds of the bricks that stand out."""


def draw(shown: Architecture, look: Look = Look()) -> Markup:
    """The picture without its styles, which are in `static/plate.css`."""
    columns = [
        (title, names)
        for title, kinds in COLUMNS
        if (names := [block.arn for block in shown.blocks if block.kind in kinds])
    ]
    ways = [(joint.source, joint.target) for joint in shown.joints]
    places = grid.place([names for _, names in columns], ways)
    lines = routes.route(places, ways, _MEASURES)
    known = {block.arn: block for block in shown.blocks}
    pieces = [
        *(_heading(place, look.phrase(title)) for place, (title, _) in enumerate(columns)),
        *(_joint(joint, lines[joint.source, joint.target], known, shown) for joint in shown.joints),
        *(_brick(block, places[block.arn], shown, look) for block in shown.blocks),
    ]
    width, height = _canvas(len(columns), 1 + max((row for _, row in places.values()), default=0))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="plate" viewBox="0 0 {} {}" width="{}" height="{}" role="group"'
        ' aria-label="{}"><defs><pattern id="studs" width="24" height="24" patternUnits="userSpaceOnUse">'
        '<circle class="hole" cx="12" cy="12" r="6"/></pattern></defs>'
        '<rect class="ground" width="{}" height="{}" rx="14"/><rect fill="url(#studs)" width="{}" height="{}" rx="14"/>'
        "{}</svg>"
    ).format(*(width, height) * 2, look.phrase("Architecture"), *(width, height) * 2, Markup("").join(pieces))


def standalone(svg: Markup) -> str:
    """The picture with its styles inside, for a file or a notebook: as on light paper."""
    return str(svg).replace("<defs>", f"<style>{_styles()}</style><defs>", 1)


@cache
def _styles() -> str:
    css = (resources.files("brickline.console") / "static" / "plate.css").read_text("utf-8")
    return re.sub(r"light-dark\(([^,()]+),[^()]+\)", r"\1", css)


def _canvas(columns: int, rows: int) -> tuple[int, int]:
    one = _MEASURES
    width = 2 * one.left + columns * (one.width + one.gap) - one.gap
    return round(max(width, 0)), round(one.top + rows * (one.height + one.rise))


def _heading(column: int, title: str) -> Markup:
    x, _ = _MEASURES.corner((column, 0))
    return Markup('<text class="heading" x="{:.0f}" y="30">{}</text>').format(x + _MEASURES.width / 2, title)


def _joint(joint: Joint, points: list[routes.Point], known: dict[str, Block], shown: Architecture) -> Markup:
    source, target = known[joint.source], known[joint.target]
    is_busy = status_class(target.state) == "busy" and status_class(source.state) in ("busy", "calm")
    classes = " ".join(
        ["joint", *(["seen"] if joint.is_seen else []), *(["busy"] if is_busy else []), *_lit(shown, joint.source)]
    )
    x, y = points[-1]
    arrow = f"M{x:.1f} {y:.1f}l-8 -4.5v9z"
    return Markup('<g class="{}"><title>{} → {}</title><path d="{}"/><path class="arrow" d="{}"/></g>').format(
        classes, source.name, target.name, routes.line([*points[:-1], (x - 6, y)]), arrow
    )


def _lit(shown: Architecture, arn: str) -> list[str]:
    """A class for what has just happened: another one for the next event, so that it lights up again."""
    seq = shown.lit.get(arn)
    return [] if seq is None else [f"lit-{seq % 2}"]


def _brick(block: Block, place: tuple[int, int], shown: Architecture, look: Look) -> Markup:
    kind = status_class(block.state) if block.state else ""
    classes = " ".join(
        ["brick", block.kind, *([kind] if kind else []), *_lit(shown, block.arn), *_standing(block, look)]
    )
    said = ", ".join(part for part in (block.name, look.phrase(KINDS[block.kind]), block.state, block.more) if part)
    inner = Markup("<title>{}</title>{}").format(said, _box(block, kind, _MEASURES.corner(place), look))
    address = look.address(block.arn)
    if not address:
        return Markup('<g class="{}">{}</g>').format(classes, inner)
    return Markup('<a class="{}" href="{}" aria-label="{}">{}</a>').format(classes, address, said, inner)


def _standing(block: Block, look: Look) -> list[str]:
    if not look.highlight:
        return []
    return ["new"] if {block.arn, block.name, block.kind} & set(look.highlight) else ["old"]


def _box(block: Block, kind: str, corner: routes.Point, look: Look) -> Markup:
    left, top = corner
    pace = _MEASURES.width / _STUDS
    studs = Markup("").join(
        Markup('<rect class="stud" x="{:.1f}" y="{:.1f}" width="{}" height="{}" rx="2"/>').format(
            left + pace * index + (pace - _STUD_WIDTH) / 2, top - _STUD_HEIGHT + 1, _STUD_WIDTH, _STUD_HEIGHT
        )
        for index in range(_STUDS)
    )
    body = Markup('<rect class="body" x="{:.1f}" y="{:.1f}" width="{}" height="{}" rx="5"/>').format(
        left, top, _MEASURES.width, _MEASURES.height
    )
    below = " · ".join(part for part in (block.more, block.state) if part)
    pieces = [
        studs,
        body,
        _text("what", left + 11, top + 17, look.phrase(KINDS[block.kind])),
        _text("name", left + 11, top + 36, _cut(block.name, _LONGEST_NAME)),
        _text("more", left + 11, top + 53, _cut(below, _LONGEST_MORE)),
    ]
    if sign := _SIGNS.get(kind, ""):
        x, y = left + _MEASURES.width - 14, top + 14
        pieces.append(Markup('<circle class="lamp" cx="{:.1f}" cy="{:.1f}" r="8"/>').format(x, y))
        pieces.append(_text("sign", x, y + 4, sign))
    return Markup("").join(pieces)


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
