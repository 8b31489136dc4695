"""Build projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codebuild.caches import forget_cache
from brickline.bricks.codebuild.checks import check_settings
from brickline.bricks.codebuild.kinds import PROJECT
from brickline.bricks.codebuild.roles import check_role

TIMEOUT_MINUTES = 60
QUEUED_MINUTES = 480


class Projects:
    """Create, update, batch-get, list and delete projects."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._projects = Resources(baseplate, PROJECT)
        self._store = baseplate.store

    def create_project(self, context: Context, request: Shape) -> Shape:
        document = _with_defaults(context, request)
        check_settings(document)
        check_role(context, document["serviceRole"])
        tags = tags_of(request)
        project = self._projects.create(context, request["name"], document, private={"builds": 0}, tags=tags)
        return {"project": _shown(project)}

    def update_project(self, context: Context, request: Shape) -> Shape:
        """Replaces the top-level members that are given."""
        with self._projects.change(context, request["name"]) as project:
            project.document = _with_defaults(context, {**project.document, **request})
            check_settings(project.document)
            if "serviceRole" in request:
                check_role(context, request["serviceRole"])
            if "tags" in request:
                project.tags = tags_of(request)
        return {"project": _shown(project)}

    def batch_get_projects(self, context: Context, request: Shape) -> Shape:
        """By names or ARNs, in the order in which they are asked for."""
        found = {name: self._projects.find(context, project_name(name)) for name in dict.fromkeys(request["names"])}
        return {
            "projects": [_shown(project) for project in found.values() if project],
            "projectsNotFound": [name for name, project in found.items() if project is None],
        }

    def list_projects(self, context: Context, request: Shape) -> Shape:
        page = self._projects.page(context, sorted_request(request))
        return {**page, "projects": [project["name"] for project in page["projects"]]}

    def delete_project(self, context: Context, request: Shape) -> Shape:
        """One that is not there is as good as deleted. Its builds stay."""
        with self._store.write():
            if project := self._projects.find(context, project_name(request["name"])):
                self._projects.delete(project)
                self._store.after_commit(lambda: forget_cache(context, project))
        return {}

    def invalidate_project_cache(self, context: Context, request: Shape) -> Shape:
        forget_cache(context, self._projects.get(context, project_name(request["projectName"])))
        return {}


def project_name(name: str) -> str:
    """The name, of a project's ARN or of the name itself."""
    return name.rsplit(":project/", 1)[-1]


def sorted_request(request: Shape) -> Shape:
    """A list's request in the words of `Listing`."""
    order = {"ASCENDING": "Ascending", "DESCENDING": "Descending"}
    words = dict(request)
    if "sortOrder" in request:
        words["SortOrder"] = order[request["sortOrder"]]
    if "sortBy" in request:
        words["SortBy"] = request["sortBy"]
    return words


def tags_of(request: Shape) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in request.get("tags") or ()}


def tag_list(tags: dict[str, str]) -> list[Shape]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _shown(project: Resource) -> Shape:
    return {**project.document, "tags": tag_list(project.tags)}


def _with_defaults(context: Context, request: Shape) -> Shape:
    """The project as BatchGetProjects shows it. Tags are kept beside it."""
    document = {name: value for name, value in request.items() if name not in ("tags", "badgeEnabled")}
    defaults: dict[str, Any] = {
        "secondarySources": [],
        "secondarySourceVersions": [],
        "secondaryArtifacts": [],
        "cache": {"type": "NO_CACHE"},
        "timeoutInMinutes": TIMEOUT_MINUTES,
        "queuedTimeoutInMinutes": QUEUED_MINUTES,
        "encryptionKey": context.arn("kms", "alias/aws/s3"),
        "badge": {"badgeEnabled": False},
        "projectVisibility": "PRIVATE",
    }
    document = {**defaults, **document}
    document["source"] = _source(document["source"])
    document["artifacts"] = artifacts_with_defaults(document["artifacts"], document["name"])
    document["environment"] = _environment(document["environment"])
    document["logsConfig"] = _logs(document.get("logsConfig") or {})
    if "badgeEnabled" in request:
        document["badge"] = _badge(context, request)
    return document


def _source(source: Shape) -> Shape:
    """Of NO_SOURCE and CODEPIPELINE nothing but the type and the buildspec counts."""
    return {"insecureSsl": False, **source}


def artifacts_with_defaults(artifacts: Shape, project: str) -> Shape:
    if artifacts["type"] == "NO_ARTIFACTS":
        return artifacts
    if artifacts["type"] == "CODEPIPELINE":
        return {"name": project, "packaging": "NONE", "encryptionDisabled": False, **artifacts}
    own = {"namespaceType": "NONE", "name": project, "packaging": "NONE", "encryptionDisabled": False}
    return {**own, **artifacts}


def _environment(environment: Shape) -> Shape:
    variables: Sequence[Shape] = environment.get("environmentVariables") or ()
    return {
        "privilegedMode": False,
        "imagePullCredentialsType": "CODEBUILD",
        **environment,
        "environmentVariables": [{"type": "PLAINTEXT", **variable} for variable in variables],
    }


def _logs(logs: Shape) -> Shape:
    return {
        "cloudWatchLogs": {"status": "ENABLED", **(logs.get("cloudWatchLogs") or {})},
        "s3Logs": {"status": "DISABLED", "encryptionDisabled": False, **(logs.get("s3Logs") or {})},
    }


def _badge(context: Context, request: Shape) -> Shape:
    if not request["badgeEnabled"]:
        return {"badgeEnabled": False}
    address = f"https://codebuild.{context.region}.amazonaws.com/badges?uuid={quote(request['name'])}&branch=main"
    return {"badgeEnabled": True, "badgeRequestUrl": address}
