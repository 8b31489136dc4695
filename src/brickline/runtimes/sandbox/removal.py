"""Removes a job's folder, whatever modes the job gave to what is inside."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

_TRIES = 100
_APART = 0.02  # seconds


def remove(folder: Path) -> None:
    """Remove the folder. The processes of a sandbox that was killed a moment ago may still add to it: try again."""
    for attempt in range(_TRIES):
        try:
            _remove_tree(folder)
        except FileNotFoundError:
            return
        except OSError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_APART)
        else:
            return


def _remove_tree(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except PermissionError:
        _open_up(folder)
        shutil.rmtree(folder)


def _open_up(folder: Path) -> None:
    """Make every folder inside one that its owner may empty. Links are not followed."""
    folder.chmod(stat.S_IRWXU)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            _open_up(Path(entry.path))
