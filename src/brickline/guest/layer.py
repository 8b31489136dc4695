"""A job's own layer over the shared environment, so that `pip install` in a job changes that job only.

The shared environment is read-only. The layer is a virtual environment of the same interpreter in a folder of the job:
what is installed into it comes first, everything else is found in the shared one. `pip`, `pip3`, `python`, the console
scripts, `train` and `serve` on PATH are the layer's. Making it takes a millisecond or two: it is a few small files.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path

FOLDER_VARIABLE = "BRICKLINE_LAYER"
"""Names the folder, which must be writable and the job's own."""

_DEFAULT_FOLDER = "/tmp/.brickline/layer"
_GUEST = Path(__file__).absolute().parent

PLATFORM_COMMANDS = {"train": _GUEST / "training.py", "serve": _GUEST / "serving.py"}
"""The commands that images have, and what runs for each."""


def enter(variables: MutableMapping[str, str]) -> str:
    """Make the layer unless it is there, point `variables` (PATH and the like) at it, and return its interpreter."""
    folder = Path(variables.get(FOLDER_VARIABLE, _DEFAULT_FOLDER))
    python = folder / "bin" / "python"
    if variables.get("VIRTUAL_ENV") == str(folder) and python.exists():
        return str(python)
    # The folder by the interpreter's own name for itself: sys.prefix is not the environment's under `python -S`.
    shared = Path(sys.executable).absolute().parent.parent
    if not python.exists():
        make(folder, shared)
    variables.update(_settings(folder, shared, variables.get("PATH", os.defpath)))
    return str(python)


def make(folder: Path, shared: Path) -> None:
    """Write a layer into `folder` that stands over the virtual environment `shared`."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    interpreter = Path(sys.executable).resolve()
    packages = folder / "lib" / version / "site-packages"
    binaries = folder / "bin"
    packages.mkdir(parents=True)
    binaries.mkdir()
    _write(folder / "pyvenv.cfg", f"home = {interpreter.parent}\ninclude-system-site-packages = false\n")
    # The import line of a path file runs at start-up; unlike a plain line, addsitedir also reads the path files there.
    beneath = str(shared / "lib" / version / "site-packages")
    _write(packages / "brickline_shared.pth", f"import site; site.addsitedir({beneath!r})\n")
    for name, text in _scripts(shared / "bin", binaries):
        _write(binaries / name, text, mode=0o755)
    for alias in ("python3", version):
        (binaries / alias).symlink_to("python")
    # Last, as `enter` takes it for the sign that the layer is whole.
    (binaries / "python").symlink_to(interpreter)


def _settings(folder: Path, shared: Path, path: str) -> dict[str, str]:
    return {
        "VIRTUAL_ENV": str(folder),
        "PATH": os.pathsep.join((str(folder / "bin"), str(shared / "bin"), path)),
        "PYTHONUNBUFFERED": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def _scripts(theirs: Path, ours: Path) -> Iterator[tuple[str, str]]:
    """The shared environment's console scripts for the layer's interpreter, and the commands that images have."""
    for path in theirs.iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as script:
            if script.read(2) != b"#!":
                continue
            text = "#!" + script.read().decode("utf-8", "replace")
        if str(theirs / "python") in text[:1024]:
            yield path.name, text.replace(str(theirs / "python"), str(ours / "python"))
    for name, program in PLATFORM_COMMANDS.items():
        command = f"{shlex.quote(str(ours / 'python'))} {shlex.quote(str(program))}"
        yield name, f'#!/bin/sh\nexec {command} "$@"\n'


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
