"""What the guest tells of a build, brought into its document.

Records are lines of JSON that the build could have forged: they are read with care, and harm nothing but the build.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.codebuild import phases
from brickline.bricks.codebuild.endings import leave_phase
from brickline.bricks.codebuild.places import is_safe_file

_PHASES = (*phases.GUEST_PHASES, "UPLOAD_ARTIFACTS")
_LONGEST = 4000
"""Characters of a message that a context shows."""


@dataclass
class Outcome:
    """What a container has left, told by its last records."""

    is_good: bool = False
    code: str = ""
    message: str = ""
    artifacts: list[Shape] = field(default_factory=list)
    reports: list[Shape] = field(default_factory=list)
    has_ended: bool = False
    """Whether it came to its end; False where it was killed before."""


def read_records(path: Path) -> list[Shape]:
    """The whole records of a file that may still be written."""
    if not is_safe_file(path):
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [record for line in lines if (record := _record(line))]


def apply(context: Context, build: Resource, records: Sequence[Shape]) -> None:
    """Bring the records that are new into the document, with their events; how many there were is kept in `private`."""
    for record in records[build.private.get("records", 0) :]:
        _apply(context, build, record)
    build.private["records"] = len(records)


def outcome_of(records: Sequence[Shape]) -> Outcome:
    outcome = Outcome()
    for record in records:
        if record["kind"] == "artifact":
            outcome.artifacts.append(record)
        elif record["kind"] == "report":
            outcome.reports.append(record)
        elif record["kind"] == "ended":
            outcome.has_ended = True
            outcome.is_good = record.get("is_good") is True
            outcome.code, outcome.message = _text(record, "code"), _text(record, "message")
    return outcome


def _apply(context: Context, build: Resource, record: Shape) -> None:
    document, phase = build.document, record.get("phase")
    if record["kind"] == "entered" and phase in _PHASES and not phases.is_within_phase(document):
        phases.enter(document, phase, record["time"])
    elif record["kind"] == "left" and phase == document["currentPhase"] and phases.is_within_phase(document):
        status: phases.Status = "SUCCEEDED" if record.get("status") == "SUCCEEDED" else "FAILED"
        leave_phase(context, build, status, record["time"], _text(record, "code"), _text(record, "message"))
    elif record["kind"] == "exported":
        variables = record.get("variables") or {}
        document["exportedEnvironmentVariables"] = [
            {"name": str(name), "value": str(value)} for name, value in variables.items()
        ]


def _record(line: bytes) -> Shape | None:
    try:
        found: Any = json.loads(line)
    except ValueError:
        return None
    is_record = isinstance(found, dict) and isinstance(found.get("time"), float) and isinstance(found.get("kind"), str)
    return found if is_record else None


def _text(record: Shape, member: str) -> str:
    return str(record.get(member, ""))[:_LONGEST]
