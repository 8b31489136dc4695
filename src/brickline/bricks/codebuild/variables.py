"""The environment variables of a build, but for credentials and addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.bricks.codebuild.buildspec import Buildspec

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Source:
    """A source as it lies in the build's container."""

    identifier: str
    """Empty for the primary one."""
    directory: str
    url: str = ""
    version: str = ""
    """What was asked for."""
    resolved: str = ""
    """The commit or object version that it is."""


def codebuild_variables(document: Shape, sources: list[Source]) -> dict[str, str]:
    """What CodeBuild sets: its own names, which nobody may take."""
    primary = sources[0]
    variables = {
        "CODEBUILD_BUILD_ARN": document["arn"],
        "CODEBUILD_BUILD_ID": document["id"],
        "CODEBUILD_BUILD_IMAGE": document["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(document["buildNumber"]),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": document["initiator"],
        "CODEBUILD_KMS_KEY_ID": document["encryptionKey"],
        "CODEBUILD_LOG_PATH": document["logs"].get("streamName", ""),
        "CODEBUILD_SOURCE_REPO_URL": primary.url,
        "CODEBUILD_SOURCE_VERSION": document.get("sourceVersion") or primary.version,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": primary.resolved,
        "CODEBUILD_SRC_DIR": primary.directory,
        "CODEBUILD_START_TIME": str(int(document["startTime"] * 1000)),
    }
    for source in sources[1:]:
        suffix = _identifier(source.identifier)
        variables[f"CODEBUILD_SRC_DIR_{suffix}"] = source.directory
        variables[f"CODEBUILD_SOURCE_VERSION_{suffix}"] = source.resolved or source.version
    return {name: value for name, value in variables.items() if value}


def own_variables(document: Shape, buildspec: Buildspec, fetched: Mapping[str, str]) -> dict[str, str]:
    """What buildspec, project and start of the build set, the later ones first in rank; `fetched` has the values of
    parameters and secrets, by the variable's name."""
    requested = document["environment"].get("environmentVariables") or ()
    plain = {one["name"]: one["value"] for one in requested if one.get("type", "PLAINTEXT") == "PLAINTEXT"}
    from_buildspec = {**buildspec.variables, **{name: fetched[name] for name in _references(buildspec)}}
    from_project = {one["name"]: plain.get(one["name"], fetched.get(one["name"], "")) for one in requested}
    return {**from_buildspec, **from_project}


def base_variables() -> dict[str, str]:
    """What a build image has."""
    return {
        "CI": "true",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PATH": PATH,
        "PIP_CACHE_DIR": "/codebuild/package-cache/pip",
        "PYTHONUTF8": "1",
        "TERM": "dumb",
        "UV_CACHE_DIR": "/codebuild/package-cache/uv",
        "UV_LINK_MODE": "copy",
    }


def _references(buildspec: Buildspec) -> list[str]:
    return [*buildspec.parameters, *buildspec.secrets]


def _identifier(name: str) -> str:
    """As a shell's variable can be named."""
    return re.sub(r"\W", "_", name)
