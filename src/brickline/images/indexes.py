"""Where pip looks for packages on this machine. uv reads none of it by itself, and shall look in the same places."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path


@dataclass(frozen=True)
class Indexes:
    """pip's settings as options for uv. A variable of the environment (`PIP_FIND_LINKS`) outdoes pip's files."""

    variables: Mapping[str, str]

    @cached_property
    def find_links(self) -> list[str]:
        return [word for place in self._setting("find-links") for word in ("--find-links", place)]

    @cached_property
    def options(self) -> list[str]:
        """Options for the main index and those beside it. Without any, uv looks where it looks by itself."""
        extra = [word for index in self._setting("extra-index-url") for word in ("--index", index)]
        main = [word for index in self._setting("index-url")[-1:] for word in ("--default-index", index)]
        # pip takes the best version of all indexes, uv the best one of the first index that has the package.
        return [*extra, *main, "--index-strategy", "unsafe-best-match"] if extra else main

    @property
    def job_variables(self) -> dict[str, str]:
        """By which pip and uv inside a job look where pip looks on this machine."""
        links, extra = self._setting("find-links"), self._setting("extra-index-url")
        main = self._setting("index-url")[-1:]
        variables = {
            "PIP_FIND_LINKS": " ".join(links),
            "PIP_EXTRA_INDEX_URL": " ".join(extra),
            "PIP_INDEX_URL": " ".join(main),
            "PIP_CERT": " ".join(self._setting("cert")[-1:]),
            "UV_FIND_LINKS": ",".join(links),
            "UV_INDEX": " ".join(extra),
            "UV_DEFAULT_INDEX": " ".join(main),
            "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        }
        return {name: value for name, value in variables.items() if value}

    @property
    def folders(self) -> list[Path]:
        """The folders of this machine that those settings name; an index's files lie beside its `simple` pages."""
        places = [*self._setting("find-links"), *self._setting("extra-index-url"), *self._setting("index-url")]
        local = [Path(place.removeprefix("file://")) for place in places if place.startswith(("/", "file:///"))]
        return [path for path in dict.fromkeys(_whole(path) for path in local) if path.is_dir()]

    def _setting(self, name: str) -> list[str]:
        variable = self.variables.get(f"PIP_{name.upper().replace('-', '_')}")
        return (variable if variable is not None else _configured().get(name, "")).split()

    @staticmethod
    def of_this_machine() -> Indexes:
        return Indexes(os.environ)


@cache
def _configured() -> Mapping[str, str]:
    """What pip's files say for every command; empty where this Python has no pip. Asked once: pip takes its time."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    return dict(_global_settings(subprocess.run(command, capture_output=True, text=True, check=False).stdout))


def _whole(index: Path) -> Path:
    return index.parent if index.name == "simple" else index


def _global_settings(listing: str) -> Iterator[tuple[str, str]]:
    """`global.find-links='/opt/wheels'`, a line each."""
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        if separator and key.startswith("global."):
            yield key.removeprefix("global."), str(ast.literal_eval(value))
