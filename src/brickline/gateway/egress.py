"""What would have left the machine: calls to AWS host names that the proxy answered here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from brickline.baseplate import clock

TELEMETRY = ("sm-pysdk-t-", "dev-exp-t-")
"""Hosts that the SageMaker SDKs send usage telemetry to begin so."""


@dataclass
class Called:
    """Calls of one kind to one host."""

    host: str
    call: str
    count: int = 0
    last: float = 0.0


class Egress:
    """The counts, kept in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._called = {(item.host, item.call): item for item in read(file)}
        self.changed = False

    def count(self, host: str, method: str, path: str) -> None:
        call = f"{method} /{path.lstrip('/').split('/')[0].split('?')[0]}"
        item = self._called.setdefault((host, call), Called(host, call))
        item.count += 1
        item.last = clock.now()
        self.changed = True

    def save(self) -> None:
        if self.changed:
            self.changed = False
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps([asdict(item) for item in self._called.values()]))
            draft.replace(self._file)


def read(file: Path) -> list[Called]:
    """The counts in the file, most called first."""
    try:
        items = [Called(**item) for item in json.loads(file.read_text())]
    except (FileNotFoundError, ValueError):
        return []
    return sorted(items, key=lambda item: -item.count)


def is_telemetry(host: str) -> bool:
    return host.startswith(TELEMETRY)
