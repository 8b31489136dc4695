"""How builds end: phases left, the final status given, and both told to EventBridge, in one transaction."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.kinds import Resource
from brickline.bricks.codebuild import phases
from brickline.bricks.codebuild.events import emit_phase_change, emit_state_change
from brickline.bricks.codebuild.phases import Status


def leave_phase(
    context: Context, build: Resource, status: Status, now: float, code: str = "", message: str = ""
) -> None:
    """End the present phase, and say so."""
    emit_phase_change(context, build, phases.leave(build.document, status, now, code, message))


def end_now(context: Context, build: Resource, status: Status, code: str = "", message: str = "") -> None:
    """End the build wherever it is: its phase has this status, FINALIZING is passed. To be saved by the caller."""
    now, document = clock.now(), build.document
    if phases.is_within_phase(document):
        leave_phase(context, build, status, now, code, message)
    if document["currentPhase"] != "FINALIZING":
        phases.enter(document, "FINALIZING", now)
        leave_phase(context, build, "SUCCEEDED", now)
    phases.finish(document, status, now)
    build.private["step"] = "Cleaning"
    emit_state_change(context, build)
