"""What the model cannot say of projects and of the overrides of a build. Pure."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.bricks.codebuild.kinds import invalid

_TIMEOUT = (5, 2160)
_QUEUED_TIMEOUT = (5, 480)
_MOST_SECONDARY = 12
_RESERVED = "CODEBUILD_"


def check_settings(settings: Shape) -> None:
    """The members that projects and builds share. Raises Refused."""
    _check_source("source", settings["source"])
    _check_artifacts("artifacts", settings["artifacts"])
    _check_together(settings["source"]["type"], settings["artifacts"]["type"])
    _check_secondary(settings)
    _check_cache(settings.get("cache") or {"type": "NO_CACHE"})
    _check_logs(settings.get("logsConfig") or {})
    _check_range("timeoutInMinutes", settings.get("timeoutInMinutes"), _TIMEOUT)
    _check_range("queuedTimeoutInMinutes", settings.get("queuedTimeoutInMinutes"), _QUEUED_TIMEOUT)
    _check_variables(settings["environment"])
    if settings.get("concurrentBuildLimit", 1) < 1:
        raise invalid(f"concurrentBuildLimit: {settings['concurrentBuildLimit']}; it has to be 1 or more")


def is_inline(buildspec: str) -> bool:
    """Whether the member holds the buildspec itself, and not the path of a file."""
    return "\n" in buildspec.strip() or buildspec.lstrip().startswith(("version:", "{", "---", "#"))


def _check_source(place: str, source: Shape) -> None:
    kind, location = source["type"], source.get("location")
    if kind == "NO_SOURCE":
        if location:
            raise invalid(f"Invalid project source: location must be empty for source type NO_SOURCE ({place})")
        if not is_inline(source.get("buildspec", "")) and place == "source":
            raise invalid("Invalid project source: buildspec is required, as YAML text, for source type NO_SOURCE")
    elif kind != "CODEPIPELINE" and not location:
        raise invalid(f"Invalid project source: location is required for source type {kind} ({place})")
    elif kind == "S3" and "/" not in (location or ""):
        raise invalid(
            f"Invalid project source: location must be a valid S3 source, <bucket>/<path>/<object>.zip or "
            f"<bucket>/<path>/<folder>/, not {location} ({place})"
        )


def _check_artifacts(place: str, artifacts: Shape) -> None:
    kind = artifacts["type"]
    if kind == "S3" and not artifacts.get("location"):
        raise invalid(f"Invalid artifacts: location (the bucket) is required for artifacts type S3 ({place})")
    if kind == "NO_ARTIFACTS" and artifacts.get("location"):
        raise invalid(f"Invalid artifacts: artifact location should not be set for type NO_ARTIFACTS ({place})")


def _check_together(source: str, artifacts: str) -> None:
    if (source == "CODEPIPELINE") != (artifacts == "CODEPIPELINE"):
        raise invalid(
            "Invalid artifacts: artifact type CODEPIPELINE should be used with source type CODEPIPELINE, and no other; "
            f"the source type is {source}, the artifacts type {artifacts}"
        )


def _check_secondary(settings: Shape) -> None:
    sources, artifacts = settings.get("secondarySources") or [], settings.get("secondaryArtifacts") or []
    _check_identifiers("secondarySources", "sourceIdentifier", sources)
    _check_identifiers("secondaryArtifacts", "artifactIdentifier", artifacts)
    for number, source in enumerate(sources):
        _check_source(f"secondarySources[{number}]", source)
    for number, artifact in enumerate(artifacts):
        _check_artifacts(f"secondaryArtifacts[{number}]", artifact)
    known = {source["sourceIdentifier"] for source in sources}
    for version in settings.get("secondarySourceVersions") or []:
        if version["sourceIdentifier"] not in known:
            raise invalid(f"secondarySourceVersions: there is no secondary source {version['sourceIdentifier']!r}")


def _check_identifiers(place: str, member: str, items: list[Shape]) -> None:
    names = [item.get(member) for item in items]
    if len(items) > _MOST_SECONDARY:
        raise invalid(f"{place}: {len(items)} are given; there can be at most {_MOST_SECONDARY}")
    if not all(names):
        raise invalid(f"{place}: each needs {member}")
    if len({*names}) < len(names):
        raise invalid(f"{place}: {member} must be different for each of them")


def _check_cache(cache: Shape) -> None:
    if cache["type"] == "S3" and not cache.get("location"):
        raise invalid("Invalid cache: location, <bucket>/<prefix>, is required for cache type S3")
    if cache["type"] == "LOCAL" and not cache.get("modes"):
        raise invalid("Invalid cache: modes is required for cache type LOCAL")


def _check_logs(logs: Shape) -> None:
    s3 = logs.get("s3Logs") or {}
    if s3.get("status") == "ENABLED" and not s3.get("location"):
        raise invalid("Invalid logs config: s3Logs.location, <bucket>/<prefix>, is required where s3Logs are ENABLED")


def _check_range(member: str, value: int | None, bounds: tuple[int, int]) -> None:
    if value is not None and not bounds[0] <= value <= bounds[1]:
        raise invalid(f"Invalid {member}: {value}; it has to be {bounds[0]} to {bounds[1]} minutes")


def _check_variables(environment: Shape) -> None:
    names = [variable["name"] for variable in environment.get("environmentVariables") or []]
    for name in names:
        if name.startswith(_RESERVED):
            raise invalid(f"Invalid environment variable {name}: names that start with {_RESERVED} are reserved")
        if names.count(name) > 1:
            raise invalid(f"Invalid environment variables: {name} is given more than once")
