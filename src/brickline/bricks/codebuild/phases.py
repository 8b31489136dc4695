"""The phases of a build, and how each build goes from its start to its end. Pure: documents are changed in place.

    SUBMITTED -> QUEUED -> PROVISIONING -> DOWNLOAD_SOURCE -> INSTALL -> PRE_BUILD -> BUILD -> POST_BUILD
              -> UPLOAD_ARTIFACTS -> FINALIZING -> COMPLETED

From a phase that fails for good a build goes on to FINALIZING, from BUILD to POST_BUILD (`guest/build.py` decides).
"""

from __future__ import annotations

from typing import Literal

from brickline.baseplate.brick import Shape

Step = Literal["Queued", "Provisioning", "Downloading", "Running", "Uploading", "Cleaning"]
"""Where a build's controller is; kept in its `private`. Each step can be begun again after a kill."""

Status = Literal["SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "STOPPED"]

GUEST_PHASES = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
_BY_SERVICE = ("SUBMITTED", "QUEUED")
"""Phases before there is a container: they have no contexts."""


def enter(document: Shape, phase: str, now: float) -> None:
    """The last phase, COMPLETED, has nothing but its start."""
    document["currentPhase"] = phase
    document["phases"].append({"phaseType": phase, "startTime": now})


def leave(document: Shape, status: Status, now: float, code: str = "", message: str = "") -> Shape:
    """End the present phase; gives it."""
    phase: Shape = document["phases"][-1]
    # A phase lasts as long as its times say, which come from two clocks where the guest tells of one of them.
    now = max(now, phase["startTime"])
    phase |= {"phaseStatus": status, "endTime": now, "durationInSeconds": int(now - phase["startTime"])}
    if phase["phaseType"] not in _BY_SERVICE:
        phase["contexts"] = [{"statusCode": code, "message": message}]
    return phase


def is_within_phase(document: Shape) -> bool:
    """Whether the last phase has not ended yet."""
    return "endTime" not in document["phases"][-1] and document["phases"][-1]["phaseType"] != "COMPLETED"


def finish(document: Shape, status: Status, now: float) -> None:
    """Give the build its final status; every phase but COMPLETED has ended."""
    enter(document, "COMPLETED", now)
    document |= {"buildStatus": status, "buildComplete": True, "endTime": now}
