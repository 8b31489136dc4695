"""The Python interpreters of this machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"python(3\.\d+)")


def own_python() -> str:
    """The server's own minor version, `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def interpreters() -> dict[str, Path]:
    """Minor version -> executable, for every interpreter found; the server's own base interpreter for its version."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for path in _below(folder, "python3.*"):
            name = _NAME.fullmatch(path.name)
            if name and os.access(path, os.X_OK):
                found.setdefault(name[1], path)
    found[own_python()] = base_interpreter()
    return found


def base_interpreter() -> Path:
    """The interpreter that the server's virtual environment was made from."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _folders() -> Iterator[Path]:
    """Folders of executables: those of PATH, and those where pyenv and uv keep the interpreters they installed."""
    yield from (Path(entry) for entry in os.get_exec_path() if not _is_shim_folder(Path(entry)))
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    data = Path(os.environ.get("XDG_DATA_HOME", home / ".local" / "share"))
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv" / "python"))
    for root in (pyenv / "versions", managed):
        yield from reversed(_below(root, "*/bin"))


def _below(folder: Path, pattern: str) -> list[Path]:
    """What a folder has; nothing where it is another user's (a PATH inherited through `su` names such folders)."""
    try:
        return sorted(folder.glob(pattern))
    except PermissionError:
        return []


def _is_shim_folder(folder: Path) -> bool:
    """pyenv's shims have the names of all interpreters, and run none but those of the folder at hand."""
    return folder.name == "shims"
