"""What the guest is told to do: `guest/build.py` reads it as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.codebuild import places
from brickline.bricks.codebuild.buildspec import PHASES, Buildspec, BuildspecError, Files, OnFailure, Phase


def plan_of(buildspec: Buildspec, document: Shape, artifacts: Sequence[Shape], source: str) -> dict[str, Any]:
    """`artifacts` are the project's, the primary one first. Raises BuildspecError."""
    return {
        "source": source,
        "records": places.RECORDS,
        "scratch": places.SCRATCH,
        "collected": places.COLLECTED,
        "lasting_shell": buildspec.version != "0.1",
        "phases": [_phase(name, buildspec.phases.get(name, Phase())) for name in PHASES],
        "exported": list(buildspec.exported),
        "artifacts": [*_artifacts(buildspec, document, artifacts)],
        "reports": [{**_files(files), "group": group} for group, files in buildspec.reports.items()],
        "cache": _cache(buildspec, document),
    }


def check_exported(buildspec: Buildspec, fetched: Mapping[str, str]) -> None:
    """Credentials and secrets do not leave a build. Raises BuildspecError."""
    for name in buildspec.exported:
        if name.startswith("AWS_") or name in fetched:
            raise BuildspecError(
                f"exported-variables: {name} cannot be exported; names that start with AWS_ and values of the "
                "parameter store or secrets manager stay in the build"
            )


def _phase(name: str, phase: Phase) -> Shape:
    return {
        "name": name.upper(),
        "commands": list(phase.commands),
        "finally": list(phase.finally_commands),
        "on_failure": _on_failure(phase.on_failure),
    }


def _on_failure(rule: OnFailure) -> Shape:
    return {"action": rule.action, "count": rule.count, "pattern": rule.pattern}


def _artifacts(buildspec: Buildspec, document: Shape, artifacts: Sequence[Shape]) -> list[Shape]:
    """Those that both the project and the buildspec have. Of a pipeline's outputs some may not be made at all."""
    primary, *secondary = artifacts
    wanted: list[tuple[Shape, Files]] = []
    if primary.get("location") and buildspec.artifacts:  # a pipeline gives a place for each of its outputs only
        wanted.append((primary, buildspec.artifacts))
    for one in secondary:
        files = buildspec.secondary_artifacts.get(one["artifactIdentifier"])
        if files is None and one["type"] != "CODEPIPELINE":
            raise BuildspecError(
                f"artifacts: no definition is found for the secondary artifact {one['artifactIdentifier']} "
                "that the project declares; add it under secondary-artifacts"
            )
        if files is not None:
            wanted.append((one, files))
    is_pipeline = document["source"]["type"] == "CODEPIPELINE"
    return [
        {
            **_files(files),
            "identifier": one.get("artifactIdentifier", ""),
            "packaging": "ZIP" if is_pipeline else one.get("packaging", "NONE"),
            "name": files.name if one.get("overrideArtifactName") else "",
        }
        for one, files in wanted
    ]


def _files(files: Files) -> Shape:
    return {
        "files": list(files.patterns),
        "base_directory": files.base_directory,
        "discard_paths": files.discard_paths,
        "exclude": list(files.excluded),
        "enable_symlinks": files.enable_symlinks,
        "format": files.file_format,
    }


def _cache(buildspec: Buildspec, document: Shape) -> Shape:
    cache = document["cache"]
    is_kept = cache["type"] == "S3" or "LOCAL_CUSTOM_CACHE" in (cache.get("modes") or ())
    return {
        "paths": list(buildspec.cache_paths) if is_kept else [],
        "restore": places.CACHE_BEFORE,
        "save": places.CACHE_AFTER,
    }
