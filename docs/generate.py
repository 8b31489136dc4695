"""Writes `docs/operations.md` from the code: each service's operations, there or not.

`--check` only compares, and only what is there: what is not grows with each release of botocore.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import botocore

from brickline import bricks
from brickline.baseplate.house import Baseplate
from brickline.baseplate.models import service_model
from brickline.baseplate.settings import Settings

TARGET = Path(__file__).parent / "operations.md"
HEAD = f"""# Supported operations

Written by `make docs` from the code, and from the services as botocore {botocore.__version__} knows them. An operation
that is not there answers `NotImplemented` (HTTP 400) and names itself, or is forwarded where the server was started
with `--fallback URL`.

| service | there | of |
|---|---|---|
"""


def page() -> str:
    with tempfile.TemporaryDirectory() as folder:
        baseplate = Baseplate(Settings(data=Path(folder)), bricks.makers())
        try:
            return _page(baseplate)
        finally:
            baseplate.close()


def _page(baseplate: Baseplate) -> str:
    rows, sections = [], []
    for service in baseplate.services:
        names = service_model(service).operation_names
        there = [name for name in names if baseplate.has(service, name)]
        missing = [name for name in names if name not in there]
        rows.append(f"| [{service}](#{service}) | {len(there)} | {len(names)} |\n")
        sections.append(f"\n## {service}\n{_listed(there)}\n")
        if missing:
            sections.append(f"\nNot there: {', '.join(missing)}\n")
    return HEAD + "".join(rows) + "".join(sections)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _there(text: str) -> list[str]:
    """The services, and their operations that are there."""
    return [line for line in text.splitlines() if line.startswith(("## ", "`"))]


def main() -> None:
    text = page()
    if "--check" not in sys.argv:
        TARGET.write_text(text)
    elif not TARGET.exists() or _there(TARGET.read_text()) != _there(text):
        sys.exit("docs/operations.md is not what the code says: run `make docs`")


if __name__ == "__main__":
    main()
