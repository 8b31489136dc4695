"""Takes what a job has written to S3. The job is not trusted: nothing outside of its folders is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Context
from brickline.bricks.sagemaker.jobs.archive import merged, write_archive
from brickline.bricks.sagemaker.jobs.plan import Output
from brickline.bricks.sagemaker.s3_uris import S3Location, s3_location

Seen = dict[str, tuple[int, int]]
"""What has been uploaded already: path -> (time of change, size)."""


def upload(context: Context, output: Output, folders: Sequence[Path], scratch: Path, seen: Seen) -> None:
    """Upload the contents of an output's folder, of all hosts. Doing it again does no harm."""
    folders = [folder for folder in folders if _is_real_folder(folder)]
    location = s3_location(output.uri)
    if not output.as_archive:
        for folder in folders:
            upload_files(context, location, folder, seen)
    elif output.even_if_empty or merged(folders):
        write_archive(folders, scratch)
        _put(context, location, scratch)
        scratch.unlink()


def upload_files(
    context: Context, location: S3Location, folder: Path, seen: Seen, paths: Iterable[Path] | None = None
) -> None:
    """Upload the files (or just `paths`) that are new or changed since `seen`, which is brought up to date."""
    for path in _files(folder) if paths is None else paths:
        relative = path.relative_to(folder).as_posix()
        mark = _mark(path)
        if mark and seen.get(str(path)) != mark:
            _put(context, location.below(relative), path)
            seen[str(path)] = mark


def quiet_files(folder: Path, before: Seen) -> tuple[list[Path], Seen]:
    """Files that did not change since the last look (`before`), and this look: a file that is still written waits."""
    now = {str(path): mark for path in _files(folder) if (mark := _mark(path))}
    return [Path(path) for path, mark in now.items() if before.get(path) == mark], now


def read_small(path: Path, limit: int) -> str:
    """The start of a text file that a job left; empty where there is none (or a link, a pipe, a folder)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or not _is_real_folder(path.parent):
            return ""
        return stream.read(4 * limit).decode("utf-8", "replace")[:limit]


def _put(context: Context, location: S3Location, path: Path) -> None:
    body = FileBody(path)
    try:
        context.call("s3", "PutObject", Bucket=location.bucket, Key=location.key, Body=body)
    finally:
        body.close()


def _files(folder: Path) -> Iterator[Path]:
    """Regular files below a folder. Links that a job made are followed only to files inside of the folder."""
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(folder)):
                yield path


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


def _is_real_folder(folder: Path) -> bool:
    """A job may have put a link where its folder was."""
    return folder.is_dir() and folder.resolve() == folder
