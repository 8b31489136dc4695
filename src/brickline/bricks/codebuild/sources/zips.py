"""Unpacks a source's ZIP file. The file is not trusted: nothing is written outside of the folder."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath


class BadZip(Exception):
    """Not a ZIP file, or one with an entry that would not lie in the folder."""


def unpack(archive: Path, folder: Path) -> None:
    """With the modes and links that the entries have. Raises BadZip."""
    try:
        with zipfile.ZipFile(archive) as source:
            links = [_extract(source, entry, folder) for entry in source.infolist()]
        for path, target in filter(None, links):  # last: nothing is written through one of them
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadZip(f"the source is no ZIP file that can be read: {error}") from None
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise BadZip(f"the source has an entry that is both a file and a folder: {error.filename}") from None


def relative_parts(name: str) -> tuple[str, ...]:
    """The parts of a path that stays inside of its folder. Raises BadZip."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise BadZip(f"{name!r} lies outside of the source folder")
    return parts


def _extract(source: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> tuple[Path, str] | None:
    """Write an entry; of a link give place and target instead."""
    path = folder.joinpath(*relative_parts(entry.filename))
    mode = entry.external_attr >> 16
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return None
    if stat.S_ISLNK(mode):
        return path, source.read(entry).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with source.open(entry) as content, path.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    path.chmod(0o755 if mode & 0o111 else 0o644)  # zipfile itself forgets that a script can be run
    return None
