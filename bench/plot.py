"""Plots of the report, as SVG that shows well on light and dark paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDTH, _LEFT, _RIGHT = 720, 150, 80
_ROW, _TOP = 30, 44

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#57534e}.title{font-weight:600;font-size:15px}"
    ".ours{fill:#d9412b}.theirs{fill:#a8a29e}"
    "@media(prefers-color-scheme:dark){text{fill:#d6d3d1}.theirs{fill:#78716c}}"
)


@dataclass(frozen=True)
class Bar:
    name: str
    seconds: float


def bars(file: Path, title: str, found: Sequence[Bar]) -> None:
    """Seconds as horizontal bars, the shortest first."""
    ordered = sorted(found, key=lambda bar: bar.seconds)
    scale = (_WIDTH - _LEFT - _RIGHT) / max(bar.seconds for bar in ordered)
    height = _TOP + _ROW * len(ordered) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text class="title" x="10" y="24">{escape(title)}</text>',
        *(_bar(bar, _TOP + _ROW * place, scale) for place, bar in enumerate(ordered)),
        "</svg>",
    ]
    file.write_text("\n".join(parts) + "\n")


def _bar(bar: Bar, y: int, scale: float) -> str:
    width = max(bar.seconds * scale, 1.0)
    kind = "ours" if bar.name.startswith("Brickline") else "theirs"
    return (
        f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(bar.name)}</text>'
        f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="20" rx="3"/>'
        f'<text x="{_LEFT + width + 8:.1f}" y="{y + 15}">{bar.seconds:.1f} s</text>'
    )
