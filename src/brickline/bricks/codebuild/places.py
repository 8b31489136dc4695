"""Where a build's files lie: on this machine, and in its container."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

INSIDE = "/codebuild"
PLAN = f"{INSIDE}/plan.json"
RECORDS = f"{INSIDE}/records.jsonl"
SCRATCH = f"{INSIDE}/scratch"
COLLECTED = f"{INSIDE}/collected"
CACHE_BEFORE = f"{INSIDE}/cache-before.tar.gz"
CACHE_AFTER = f"{COLLECTED}/cache.tar.gz"
TOOLS = f"{INSIDE}/tools"


@dataclass(frozen=True)
class BuildFolder:
    """A build's folder: the runtime's own files, `files` that the build sees as /codebuild, and what it never sees."""

    root: Path

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def sources(self) -> Path:
        """Scratch room of the download: archives before they are unpacked."""
        return self.root / "downloads"

    @property
    def variables(self) -> Path:
        """Names and values of the build's variables, and which values the log must not show."""
        return self.root / "variables.json"

    def place(self, inside: str) -> Path:
        """Where a path below /codebuild lies on this machine."""
        return self.files / inside.removeprefix(INSIDE).strip("/")


def source_directory(position: int, below: str = "") -> str:
    """The folder of a source in the container, the same one in every build: position 0 is the primary source."""
    base = f"{INSIDE}/output/src{position + 1:09d}/src"
    return f"{base}/{below}" if below else base


def is_safe_file(path: Path) -> bool:
    """Whether a file that a build has left is really one, and where it says: a build may leave links."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and path.resolve() == path
    except OSError:
        return False


def safe_files(folder: Path) -> Iterator[Path]:
    """The regular files below a folder that a build has left."""
    if folder.is_dir() and folder.resolve() == folder:
        for parent, _, names in os.walk(folder):
            yield from (path for name in sorted(names) if is_safe_file(path := Path(parent, name)))
