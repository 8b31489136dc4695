"""Build and Test actions of CodeBuild: artifacts go into the build and come out of it by S3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded


class CodeBuild:
    is_long = False

    def begin(self, work: Work) -> None:
        start_build(work, work.configuration["ProjectName"], {})

    def look(self, work: Work) -> Outcome | None:
        return build_outcome(work)

    def says(self, _work: Work) -> str:
        return "Error calling startBuild: "


def start_build(work: Work, project: str, members: Shape) -> None:
    """Start a build once, and remember it."""
    request = {
        "projectName": project,
        "idempotencyToken": work.id,
        **_sources(work),
        **_artifacts(work),
        **members,
    }
    if variables := _variables(work):
        request["environmentVariablesOverride"] = variables
    build = _as_pipeline(work).call("codebuild", "StartBuild", **request)["build"]
    shown = succeeded(build["id"], "", _console(work.context.region, build["id"]))
    work.kept.update(build=build["id"], shown=shown)


def build_outcome(work: Work) -> Outcome | None:
    """None while the build runs: its end wakes the action."""
    build_id = work.kept["build"]
    found = work.context.call("codebuild", "BatchGetBuilds", ids=[build_id])["builds"]
    if not found:
        return failed("JobFailed", f"The build {build_id} was deleted", build_id)
    (build,) = found
    if not build["buildComplete"]:
        return None
    url = _console(work.context.region, build_id)
    if build["buildStatus"] != "SUCCEEDED":
        return failed("JobFailed", _why(build), build_id, url)
    exported = {one["name"]: one["value"] for one in build.get("exportedEnvironmentVariables") or ()}
    logs = build.get("logs", {}).get("cloudWatchLogsArn", "")
    return Outcome("Succeeded", succeeded(build_id, "", url, logStreamARN=logs), exported)


def _as_pipeline(work: Work) -> Context:
    """Builds name who started them: `codepipeline/<pipeline>`."""
    return replace(work.context, principal=f"codepipeline/{work.pipeline}")


def _sources(work: Work) -> Shape:
    primary = work.configuration.get("PrimarySource") or next(iter(work.inputs))
    others = {name: one for name, one in work.inputs.items() if name != primary}
    first = work.inputs[primary]
    if clone := first.get("clone"):
        request: Shape = {
            "sourceTypeOverride": clone["type"],
            "sourceLocationOverride": clone["location"],
            "sourceVersion": clone["commit"],
        }
    else:
        request = {"sourceVersion": _arn(first["location"])}
    if others:
        request["secondarySourcesOverride"] = [
            {"type": "CODEPIPELINE", "sourceIdentifier": name, "location": _place(one["location"])}
            for name, one in others.items()
        ]
        request["secondarySourcesVersionOverride"] = []
    return request


def _artifacts(work: Work) -> Shape:
    """One output is the build's artifact; of several, each is a secondary artifact of its name."""
    primary = work.configuration.get("PrimarySource") or next(iter(work.inputs))
    kind = "S3" if work.inputs[primary].get("clone") else "CODEPIPELINE"
    places = {name: _output(kind, location) for name, location in work.outputs.items()}
    if len(places) == 1:
        return {"artifactsOverride": next(iter(places.values()))}
    none = {"type": "NO_ARTIFACTS"} if kind == "S3" else {"type": kind}
    secondary = [{**place, "artifactIdentifier": name} for name, place in places.items()]
    return {"artifactsOverride": none, "secondaryArtifactsOverride": secondary}


def _output(kind: str, location: Shape) -> Shape:
    path, _, name = location["key"].rpartition("/")
    return {"type": kind, "location": location["bucket"], "path": path, "name": name, "packaging": "ZIP"}


def _variables(work: Work) -> list[Shape]:
    """Those of the configuration; `SECRETS_MANAGER` and the like are the build's to resolve."""
    given = json.loads(work.configuration.get("EnvironmentVariables") or "[]") + work.environment
    return [{"name": one["name"], "value": str(one["value"]), "type": one.get("type", "PLAINTEXT")} for one in given]


def _why(build: Mapping[str, object]) -> str:
    phases = build["phases"]
    assert isinstance(phases, list)
    words = f"Build terminated with state: {build['buildStatus']}."
    for phase in phases:
        context = next(iter(phase.get("contexts") or ()), None)
        if phase.get("phaseStatus") not in (None, "SUCCEEDED") and context:
            code, message = context["statusCode"], context["message"]
            return f"{words} Phase: {phase['phaseType']}, Code: {code}, Message: {message}"
    return words


def _arn(location: Shape) -> str:
    return f"arn:aws:s3:::{_place(location)}"


def _place(location: Shape) -> str:
    return f"{location['bucket']}/{location['key']}"


def _console(region: str, build_id: str) -> str:
    return f"https://console.aws.amazon.com/codebuild/home?region={region}#/builds/{build_id}/view/new"
