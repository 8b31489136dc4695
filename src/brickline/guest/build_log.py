"""What a build says of itself: lines in its log, and records that the server reads."""

from __future__ import annotations

import json
import time
from pathlib import Path


def say(text: str) -> None:
    """A line of the build's own, as CodeBuild's agent writes it."""
    print(time.strftime("[Container] %Y/%m/%d %H:%M:%S", time.gmtime()), text, flush=True)


class Records:
    """Lines of JSON. The log line that follows a record is what wakes the server: record first, then say."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def entered(self, phase: str) -> None:
        self._write("entered", phase=phase)
        say(f"Entering phase {phase}")

    def left(self, phase: str, is_good: bool, code: str, message: str) -> None:
        status = "SUCCEEDED" if is_good else "FAILED"
        self._write("left", phase=phase, status=status, code=code, message=message)
        say(f"Phase complete: {phase} State: {status}")
        say(f"Phase context status code: {code} Message: {message}")

    def exported(self, variables: dict[str, str]) -> None:
        self._write("exported", variables=variables)

    def collected(self, what: str, **members: object) -> None:
        """Files that the server is to take: `artifact`, `report` or `cache`."""
        self._write(what, **members)

    def ended(self, is_good: bool, code: str = "", message: str = "") -> None:
        """The build's own part is over: `is_good` of its phases, `code` and `message` of what was collected."""
        self._write("ended", is_good=is_good, code=code, message=message)

    def _write(self, kind: str, **members: object) -> None:
        line = json.dumps({"kind": kind, "time": time.time(), **members})
        self._file.write(line + "\n")
        self._file.flush()
