"""Which objects an input is made of, and where each lies in the input's folder. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class InputError(Exception):
    """An input cannot be had; the message is the job's FailureReason without its `ClientError: `."""


@dataclass(frozen=True)
class Item:
    """An object, and its path relative to the input's folder."""

    bucket: str
    key: str
    path: str


def relative_path(prefix: str, key: str) -> str | None:
    """Where an object that a prefix matches lies; None for a folder marker.

    A prefix is not a folder: `dir/fi` matches `dir/file1`. What lies below `prefix/` keeps its path from there, a
    single key keeps its last part, and everything else its path from the prefix's last slash.
    """
    if key.endswith("/"):
        return None
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if key.startswith(folder):
        return _checked(key[len(folder) :], key)
    return _checked(key[prefix.rfind("/") + 1 :], key)


def manifest_items(text: str, uri: str) -> list[tuple[str, str]]:
    """(URI, relative path) of each object in a manifest: `[{"prefix": "s3://b/x/"}, "a.csv", ...]`."""
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise InputError(f"the manifest {uri} is not JSON: {error}") from None
    if not isinstance(entries, list) or not entries:
        raise InputError(f'the manifest {uri} has to be a JSON array that begins with {{"prefix": "s3://..."}}')
    prefix = entries[0].get("prefix", "") if isinstance(entries[0], dict) else ""
    names = entries[1:] if isinstance(entries[0], dict) else entries
    if not all(isinstance(name, str) for name in names):
        raise InputError(f"the manifest {uri}: every entry after the prefix has to be the rest of a key")
    return [(f"{prefix}{name}", _checked(name if prefix else name.rsplit("/", 1)[-1], name)) for name in names]


def share(items: Sequence[T], index: int, count: int) -> list[T]:
    """Host `index`'s share of the objects, in the order of their keys."""
    return list(items[index::count])


def check_no_conflicts(items: Sequence[Item]) -> None:
    """A key `a` beside `a/b` cannot be both a file and a folder."""
    files = {item.path for item in items}
    for item in items:
        parts = item.path.split("/")
        for length in range(1, len(parts)):
            if (parent := "/".join(parts[:length])) in files:
                raise InputError(
                    f"Data download failed: {item.bucket}/{item.key} needs a folder where the object "
                    f"{parent!r} is a file already"
                )


def _checked(path: str, key: str) -> str:
    """Keys are hostile: a path that climbs or is no path at all is refused."""
    parts = path.split("/")
    if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise InputError(f"Data download failed: the key {key!r} cannot be the name of a file in the input's folder")
    if any(len(part.encode()) > 255 for part in parts):
        raise InputError(f"Data download failed: the key {key!r} has a part that is too long for a file's name")
    return path
