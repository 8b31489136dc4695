"""A build as it is at its start: the project's settings, with what StartBuild overrides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from brickline.baseplate.brick import Shape
from brickline.baseplate.naming import Arn
from brickline.bricks.codebuild import phases
from brickline.bricks.codebuild.checks import check_settings
from brickline.bricks.codebuild.kinds import invalid

_OVERRIDES = {
    "secondarySourcesOverride": ("secondarySources",),
    "secondarySourcesVersionOverride": ("secondarySourceVersions",),
    "sourceVersion": ("sourceVersion",),
    "artifactsOverride": ("artifacts",),
    "secondaryArtifactsOverride": ("secondaryArtifacts",),
    "sourceTypeOverride": ("source", "type"),
    "sourceLocationOverride": ("source", "location"),
    "sourceAuthOverride": ("source", "auth"),
    "gitCloneDepthOverride": ("source", "gitCloneDepth"),
    "gitSubmodulesConfigOverride": ("source", "gitSubmodulesConfig"),
    "buildspecOverride": ("source", "buildspec"),
    "insecureSslOverride": ("source", "insecureSsl"),
    "reportBuildStatusOverride": ("source", "reportBuildStatus"),
    "buildStatusConfigOverride": ("source", "buildStatusConfig"),
    "environmentTypeOverride": ("environment", "type"),
    "imageOverride": ("environment", "image"),
    "computeTypeOverride": ("environment", "computeType"),
    "certificateOverride": ("environment", "certificate"),
    "privilegedModeOverride": ("environment", "privilegedMode"),
    "registryCredentialOverride": ("environment", "registryCredential"),
    "imagePullCredentialsTypeOverride": ("environment", "imagePullCredentialsType"),
    "fleetOverride": ("environment", "fleet"),
    "hostKernelOverride": ("environment", "hostKernel"),
    "cacheOverride": ("cache",),
    "serviceRoleOverride": ("serviceRole",),
    "timeoutInMinutesOverride": ("timeoutInMinutes",),
    "queuedTimeoutInMinutesOverride": ("queuedTimeoutInMinutes",),
    "encryptionKeyOverride": ("encryptionKey",),
    "logsConfigOverride": ("logsConfig",),
    "autoRetryLimitOverride": ("autoRetryLimit",),
}
"""Each override, and the member of the project that it replaces."""

_OF_BUILD = (
    "sourceVersion",
    "source",
    "secondarySources",
    "secondarySourceVersions",
    "cache",
    "environment",
    "serviceRole",
    "timeoutInMinutes",
    "queuedTimeoutInMinutes",
    "encryptionKey",
    "vpcConfig",
    "fileSystemLocations",
)
"""The members that a build takes over as they are."""


def settings_of(project: Shape, request: Shape) -> Shape:
    """The project's document with the overrides of a StartBuild request. Raises Refused."""
    settings = {**project, "source": {**project["source"]}, "environment": {**project["environment"]}}
    if (kind := request.get("sourceTypeOverride")) and kind != project["source"]["type"]:
        settings["source"].pop("location", None)
    for override, path in _OVERRIDES.items():
        if override in request:
            inner = settings if len(path) == 1 else settings[path[0]]
            inner[path[-1]] = request[override]
    if changes := request.get("environmentVariablesOverride"):
        settings["environment"]["environmentVariables"] = _merged(settings["environment"], changes)
    _follow_the_source(settings, request)
    check_settings(settings)
    return settings


def build_document(settings: Shape, build_id: str, number: int, initiator: str, arn: Arn, now: float) -> Shape:
    """The Build, submitted and now in the queue."""
    document: Shape = {name: settings[name] for name in _OF_BUILD if name in settings}
    document |= {
        "buildNumber": number,
        "projectName": settings["name"],
        "buildStatus": "IN_PROGRESS",
        "buildComplete": False,
        "initiator": initiator,
        "artifacts": artifact_shown(settings["artifacts"], build_id),
        "secondaryArtifacts": [artifact_shown(one, build_id) for one in settings["secondaryArtifacts"]],
        "logs": _logs(settings, build_id, arn),
        "phases": [],
    }
    if settings.get("autoRetryLimit"):
        document["autoRetryConfig"] = {"autoRetryLimit": settings["autoRetryLimit"], "autoRetryNumber": 0}
    phases.enter(document, "SUBMITTED", now)
    phases.leave(document, "SUCCEEDED", now)
    phases.enter(document, "QUEUED", now)
    return document


def artifact_place(artifacts: Shape, build_id: str, name: str = "") -> str:
    """The key of an artifact in its bucket (a folder's without `/` at its end); `name` is what the buildspec gives."""
    namespace = build_id.rpartition(":")[2] if artifacts.get("namespaceType") == "BUILD_ID" else ""
    own = name if name and artifacts.get("overrideArtifactName") else artifacts.get("name", "")
    return "/".join(part.strip("/") for part in (artifacts.get("path", ""), namespace, own) if part.strip("/"))


def artifact_shown(artifacts: Shape, build_id: str, name: str = "") -> Shape:
    """Artifacts as a Build has them."""
    shown: Shape = {
        member: artifacts[member]
        for member in ("overrideArtifactName", "encryptionDisabled", "artifactIdentifier", "bucketOwnerAccess")
        if member in artifacts
    }
    if artifacts.get("location"):
        bucket = artifacts["location"].removeprefix("arn:aws:s3:::")
        shown["location"] = f"arn:aws:s3:::{bucket}/{artifact_place(artifacts, build_id, name)}"
    else:
        shown["location"] = ""
    return shown


def _merged(environment: Shape, changes: list[Shape]) -> list[Shape]:
    """Variables of the project, replaced by name by those of the build."""
    variables = {one["name"]: one for one in environment.get("environmentVariables") or ()}
    variables |= {one["name"]: {"type": "PLAINTEXT", **one} for one in changes}
    return [*variables.values()]


def _follow_the_source(settings: Shape, request: Shape) -> None:
    """CODEPIPELINE needs a place to take the source from; a project of it built from elsewhere keeps no artifacts."""
    source = settings["source"]
    if source["type"] == "CODEPIPELINE":
        if not source.get("location") and not request.get("sourceVersion", "").startswith("arn:aws:s3:::"):
            raise invalid(
                "Project source type must not be CODEPIPELINE: such a build is started by its pipeline; "
                "give sourceTypeOverride and sourceLocationOverride to start one by hand"
            )
    elif settings["artifacts"]["type"] == "CODEPIPELINE" and "artifactsOverride" not in request:
        settings["artifacts"] = {"type": "NO_ARTIFACTS"}
        settings["secondaryArtifacts"] = request.get("secondaryArtifactsOverride", [])


def _logs(settings: Shape, build_id: str, arn: Arn) -> Shape:
    config: Mapping[str, Any] = settings.get("logsConfig") or {}
    cloudwatch, s3 = config.get("cloudWatchLogs") or {}, config.get("s3Logs") or {}
    uuid = build_id.rpartition(":")[2]
    logs: Shape = {"cloudWatchLogs": {"status": "ENABLED", **cloudwatch}, "s3Logs": {"status": "DISABLED", **s3}}
    if logs["cloudWatchLogs"]["status"] == "ENABLED":
        group = cloudwatch.get("groupName") or f"/aws/codebuild/{settings['name']}"
        stream = f"{cloudwatch['streamName']}/{uuid}" if cloudwatch.get("streamName") else uuid
        logs |= {"groupName": group, "streamName": stream, "deepLink": _deep_link(arn.region, group, stream)}
        logs["cloudWatchLogsArn"] = f"arn:aws:logs:{arn.region}:{arn.account}:log-group:{group}:log-stream:{stream}"
    if logs["s3Logs"]["status"] == "ENABLED":
        logs["s3LogsArn"] = f"arn:aws:s3:::{s3['location'].strip('/')}/{uuid}.gz"
    return logs


def _deep_link(region: str, group: str, stream: str) -> str:
    console = f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#logsV2:log-groups/log-group/{_twice(group)}/log-events/{_twice(stream)}"


def _twice(text: str) -> str:
    """As the console's links have names: quoted twice, with `$` for `%`."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
