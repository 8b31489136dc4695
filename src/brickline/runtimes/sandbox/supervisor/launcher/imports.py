"""The modules that a launcher has loaded: those that jobs of the environment have really used."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import sys
import threading

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Imports:
    """Modules of the environment at `prefix`, remembered in the file `record` from one launcher to the next."""

    def __init__(self, prefix: str, record: str, memory_bytes: int) -> None:
        self._prefix = prefix
        self._record = record
        self._memory_bytes = memory_bytes
        self._known = _remembered(record)

    def load(self) -> None:
        for name in self._known:
            self._load(name)
        _settle()

    def learn(self, names: list[str]) -> None:
        """Import what is new, and remember it."""
        new = [name for name in names if name not in self._known and self._load(name)]
        if new:
            self._known += new
            _remember(self._record, self._known)
            _settle()

    def _load(self, name: str) -> bool:
        """Import a module; False where it is none of the environment's, fails, or would not be good to fork with."""
        if not self._is_installed(name) or self._used_memory() > self._memory_bytes:
            return False
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"{name} cannot be imported ahead: {error}", file=sys.stderr)
            return False
        if threading.active_count() > 1:
            # A thread would be missing in the jobs. The next launcher does without the module that started it.
            _remember(self._record, [known for known in self._known if known.partition(".")[0] != _top(name)])
            print(f"{name} starts a thread when it is imported: no more jobs are forked from here", file=sys.stderr)
            sys.exit(1)
        return True

    def _is_installed(self, name: str) -> bool:
        """Part of the environment: what a job says is not to be believed."""
        try:
            spec = importlib.util.find_spec(_top(name))
        except (ImportError, ValueError):
            return False
        places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
        return any(place.startswith(self._prefix + "/") for place in places)

    def _used_memory(self) -> int:
        with open("/proc/self/statm", encoding="ascii") as sizes:
            return int(sizes.read().split()[1]) * _PAGE


def _settle() -> None:
    """Keep the collector away from what is there: where it looks, memory that forks share would be copied."""
    gc.collect()
    gc.freeze()


def _top(name: str) -> str:
    return name.partition(".")[0]


def _remembered(record: str) -> list[str]:
    try:
        with open(record, encoding="utf-8") as file:
            names = json.load(file)
    except (OSError, ValueError):
        return []
    return [str(name) for name in names]


def _remember(record: str, names: list[str]) -> None:
    with open(f"{record}.new", "w", encoding="utf-8") as file:
        json.dump(names, file)
    os.replace(f"{record}.new", record)
