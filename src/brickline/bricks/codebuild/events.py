"""What CodeBuild tells EventBridge: builds that change their state, phases that end."""

from __future__ import annotations

from datetime import UTC, datetime

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource

SOURCE = "aws.codebuild"


def emit_state_change(context: Context, build: Resource) -> None:
    document = build.document
    detail = {
        "build-status": document["buildStatus"],
        "project-name": document["projectName"],
        "build-id": document["arn"],
        "additional-information": _additional(document),
        "current-phase": document["currentPhase"],
        "current-phase-context": _context(document["phases"][-1]),
        "version": "1",
    }
    context.emit(SOURCE, "CodeBuild Build State Change", [build.arn], detail)


def emit_phase_change(context: Context, build: Resource, phase: Shape) -> None:
    detail = {
        "completed-phase": phase["phaseType"],
        "project-name": build.document["projectName"],
        "build-id": build.document["arn"],
        "completed-phase-context": _context(phase),
        "additional-information": _additional(build.document),
        "completed-phase-status": phase["phaseStatus"],
        "completed-phase-duration-seconds": phase["durationInSeconds"],
        "version": "1",
        "completed-phase-start": moment(phase["startTime"]),
        "completed-phase-end": moment(phase["endTime"]),
    }
    context.emit(SOURCE, "CodeBuild Build Phase Change", [build.arn], detail)


def moment(seconds: float) -> str:
    """`Sep 1, 2017 4:12:29 PM`, in UTC."""
    time = datetime.fromtimestamp(seconds, UTC)
    return f"{time:%b} {time.day}, {time.year} {time.hour % 12 or 12}:{time:%M:%S %p}"


def _additional(document: Shape) -> Shape:
    source = document["source"]
    shown = {
        "cache": _without_none(type=document["cache"]["type"], location=document["cache"].get("location")),
        "build-number": document["buildNumber"],
        "timeout-in-minutes": document["timeoutInMinutes"],
        "build-complete": document["buildComplete"],
        "initiator": document["initiator"],
        "build-start-time": moment(document["startTime"]),
        "source": _without_none(
            buildspec=source.get("buildspec"), location=source.get("location"), type=source["type"]
        ),
        "source-version": document.get("sourceVersion"),
        "artifact": _artifact(document["artifacts"]),
        "environment": _environment(document["environment"]),
        "logs": _logs(document["logs"]),
        "phases": [_phase(phase) for phase in document["phases"]],
        "queued-timeout-in-minutes": document["queuedTimeoutInMinutes"],
        "exported-environment-variables": document.get("exportedEnvironmentVariables"),
    }
    return _without_none(**shown)


def _artifact(artifact: Shape) -> Shape:
    return _without_none(
        md5sum=artifact.get("md5sum"), sha256sum=artifact.get("sha256sum"), location=artifact.get("location", "")
    )


def _environment(environment: Shape) -> Shape:
    return {
        "image": environment["image"],
        "privileged-mode": environment.get("privilegedMode", False),
        "image-pull-credentials-type": environment.get("imagePullCredentialsType", "CODEBUILD"),
        "compute-type": environment["computeType"],
        "type": environment["type"],
        "environment-variables": [
            {"name": one["name"], "type": one.get("type", "PLAINTEXT"), "value": one["value"]}
            for one in environment.get("environmentVariables", ())
        ],
    }


def _logs(logs: Shape) -> Shape:
    return _without_none(
        **{
            "group-name": logs.get("groupName"),
            "stream-name": logs.get("streamName"),
            "deep-link": logs.get("deepLink"),
        }
    )


def _phase(phase: Shape) -> Shape:
    shown: Shape = {"phase-context": _contexts(phase), "start-time": moment(phase["startTime"])}
    if "endTime" in phase:
        shown |= {"end-time": moment(phase["endTime"]), "duration-in-seconds": phase["durationInSeconds"]}
    shown |= {"phase-type": phase["phaseType"]}
    return shown | ({"phase-status": phase["phaseStatus"]} if "phaseStatus" in phase else {})


def _context(phase: Shape) -> str:
    return f"[{', '.join(_contexts(phase))}]"


def _contexts(phase: Shape) -> list[str]:
    return [f"{one['statusCode']}: {one['message']}" for one in phase.get("contexts", ()) if one["statusCode"]]


def _without_none(**members: object) -> Shape:
    return {name: value for name, value in members.items() if value is not None}
