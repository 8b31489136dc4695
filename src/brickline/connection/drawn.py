"""`brickline.picture()`: the architecture as a notebook shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from brickline.baseplate.settings import default_data
from brickline.connection.discovery import running

_SECONDS = 30.0
_NOTE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="34" viewBox="0 0 760 34">'
    '<text x="4" y="22" font-family="sans-serif" font-size="13" fill="#67635c">{}</text></svg>'
)


@dataclass(frozen=True)
class Picture:
    """An SVG; a notebook shows it where it is a cell's last value."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> Path:
        """Write it to a file; gives the file's path."""
        file = Path(path)
        file.write_text(self.svg, encoding="utf-8")
        return file


def picture(highlight: str | Iterable[str] = (), *, language: str = "en", data: str | Path | None = None) -> Picture:
    """What exists on the server that runs on the data folder, and what joins it.

    `highlight` makes bricks stand out: ARNs, names or kinds (`bucket`, `repository`, `schedule`, `rule`,
    `codepipeline`, `project`, `pipeline`, `function`, `group`, `endpoint`). Where no server runs - on AWS itself, say -
    the picture is a sentence that says so.
    """
    folder = Path(data).absolute() if data else default_data()
    info = running(folder)
    if info is None:
        return Picture(_NOTE.format(escape(f"No Brickline server runs on {folder}: brickline.connect() starts one.")))
    names = [highlight] if isinstance(highlight, str) else list(highlight)
    query = urlencode({"highlight": ",".join(names), "language": language})
    # Not by the proxy that connect() has set.
    with build_opener(ProxyHandler({})).open(
        f"{info.endpoint_url}/_brickline/picture.svg?{query}", timeout=_SECONDS
    ) as answer:
        return Picture(answer.read().decode())
