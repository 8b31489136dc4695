"""The catalogue: which container images are known, and what Python environment stands for each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

BUILT_IN = Path(__file__).with_name("catalogue.toml")


class CatalogueError(Exception):
    """A catalogue entry that cannot be read; the message names file, entry and member."""


@dataclass(frozen=True)
class Tag:
    """What the image behind a tag really holds."""

    version: str | None = None
    python: str | None = None


@dataclass(frozen=True)
class Release:
    """A version of an image's package that can be installed, on interpreters `python` (`3.8-3.11`: first - last)."""

    version: str
    python: str = "3.8-3.99"
    package: str | None = None
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """One entry of the catalogue; catalogue.toml explains the members."""

    name: str
    match: tuple[re.Pattern[str], ...]
    framework: str = "python"
    package: str | None = None
    cpu_builds: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ("python3",)
    variables: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    tags: Mapping[str, Tag] = field(default_factory=dict)
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """The known images; where two entries match an image, the first one counts."""

    images: tuple[Image, ...]

    @staticmethod
    def load(user_file: Path | None = None) -> Catalogue:
        """The built-in entries, with those of `user_file` (if there is one) before them. Raises CatalogueError."""
        own = read_images(user_file) if user_file and user_file.exists() else ()
        replaced = {image.name for image in own}
        return Catalogue((*own, *(image for image in read_images(BUILT_IN) if image.name not in replaced)))


def read_images(path: Path) -> tuple[Image, ...]:
    """The entries of one catalogue file. Raises CatalogueError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is not a TOML file: {error}") from error
    entries = document.get("images", [])
    return tuple(_image(entry, f"{path}, images entry {number}") for number, entry in enumerate(entries, 1))


def _image(entry: Mapping[str, Any], place: str) -> Image:
    for required in ("name", "match"):
        if not entry.get(required):
            raise CatalogueError(f"{place}: {required!r} is missing")
    place = f"{place} ({entry['name']})"
    return _declared(
        Image,
        {
            **entry,
            "match": tuple(_pattern(text, place) for text in _texts(entry["match"], place)),
            "tags": {
                tag: _declared(Tag, value, f"{place}, tag {tag!r}") for tag, value in entry.get("tags", {}).items()
            },
            "releases": tuple(_release(value, place) for value in entry.get("releases", ())),
        },
        place,
    )


def _release(value: Mapping[str, Any], place: str) -> Release:
    if "version" not in value:
        raise CatalogueError(f"{place}: a release has no 'version'")
    return _declared(Release, value, f"{place}, release {value['version']}")


def _declared(kind: type[T], values: Mapping[str, Any], place: str) -> T:
    """`values` as the dataclass `kind`, with TOML's lists as tuples and a member that it has not refused."""
    known = [member.name for member in fields(kind)]  # type: ignore[arg-type]
    if unknown := [name for name in values if name not in known]:
        raise CatalogueError(f"{place}: unknown member {unknown[0]!r}; known are {', '.join(known)}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def _texts(value: str | Iterable[str], place: str) -> list[str]:
    texts = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(text, str) for text in texts):
        raise CatalogueError(f"{place}: 'match' must be a list of patterns")
    return texts


def _pattern(text: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise CatalogueError(f"{place}: {text!r} in 'match' is not a regular expression: {error}") from error
