"""The cache of a project: what a buildspec's `cache: paths` name, from one build to the next."""

from __future__ import annotations

import os
import tarfile
import zlib
from pathlib import Path

from .build_files import files_below
from .build_log import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def restore(cache: dict[str, Any]) -> None:
    """Unpack what an earlier build has left, at the places where it was."""
    archive = Path(cache["restore"])
    if not cache["paths"] or not archive.is_file():
        return
    say("Found cache; restoring it")
    try:
        with tarfile.open(archive) as tar:
            tar.extractall("/")  # noqa: S202 - the project's own, and `/` is the sandbox's
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        say(f"Unable to restore the cache: {error}")


def save(cache: dict[str, Any], source: Path) -> None:
    """Pack what the paths name, for the builds to come. A cache that cannot be written fails nothing."""
    if not cache["paths"] or not cache["save"]:
        return
    target = Path(cache["save"])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(target, "w:gz", compresslevel=1) as tar:
            for path in _files(cache["paths"], source):
                tar.add(path, arcname=str(path).lstrip("/"), recursive=False)
    except OSError as error:
        say(f"Unable to save the cache: {error}")
        target.unlink()


def _files(patterns: list[str], source: Path) -> list[Path]:
    """Patterns are relative to the source, absolute, or below `~`."""
    found = []
    for pattern in map(os.path.expanduser, patterns):
        fixed, rest = _split(str(source / pattern))
        found += [path for _, path in files_below(Path(fixed), [rest])]
    return found


def _split(pattern: str) -> tuple[str, str]:
    """The folder before the first wildcard, and the pattern below it; a folder alone means all that is in it."""
    if Path(pattern).is_dir():
        return pattern, "**/*"
    parts = pattern.split("/")
    wild = next((number for number, part in enumerate(parts) if set(part) & set("*?[{")), len(parts) - 1)
    return "/".join(parts[:wild]) or "/", "/".join(parts[wild:])
