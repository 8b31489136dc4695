"""Builds: start, stop, retry, look at, list, delete."""

from __future__ import annotations

import json

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import Arn
from brickline.baseplate.resources import Resources
from brickline.baseplate.schema import is_unfinished
from brickline.baseplate.targets import Delivery
from brickline.bricks.codebuild.endings import end_now
from brickline.bricks.codebuild.events import emit_phase_change, emit_state_change
from brickline.bricks.codebuild.kinds import BUILD, PROJECT, invalid
from brickline.bricks.codebuild.projects import artifacts_with_defaults, project_name, sorted_request
from brickline.bricks.codebuild.roles import check_role
from brickline.bricks.codebuild.starting import build_document, settings_of


class Builds:
    """What can be done with builds; `BuildLife` drives them."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._store = baseplate.store
        self._projects = Resources(baseplate, PROJECT)
        self._builds = Resources(baseplate, BUILD)

    def start_build(self, context: Context, request: Shape) -> Shape:
        token = request.get("idempotencyToken")
        started = self._baseplate.once(context, "codebuild:StartBuild", token, lambda: self._start(context, request))
        return {"build": self._shown(context, started["id"])}

    def retry_build(self, context: Context, request: Shape) -> Shape:
        """A new build, started as the other one was."""
        if "id" not in request:
            raise invalid("id: it is needed, the id of the build that is to be run again")
        build = self._get(context, request["id"])
        if build.document["buildStatus"] == "IN_PROGRESS":
            raise invalid(f"id: build {build.name} is IN_PROGRESS; it can be retried once it has ended")
        again = {**build.private["request"], "idempotencyToken": request.get("idempotencyToken", "")}
        return self.start_build(context, {name: value for name, value in again.items() if value != ""})

    def stop_build(self, context: Context, request: Shape) -> Shape:
        """A build that has ended stays as it is."""
        with self._store.write():
            build = self._get(context, request["id"])
            if build.document["buildStatus"] == "IN_PROGRESS":
                end_now(context, build, "STOPPED")
                self._builds.save(build)
        return {"build": build.document}

    def batch_get_builds(self, context: Context, request: Shape) -> Shape:
        found = {name: self._find(context, name) for name in dict.fromkeys(request["ids"])}
        return {
            "builds": [build.document for build in found.values() if build],
            "buildsNotFound": [name for name, build in found.items() if build is None],
        }

    def list_builds(self, context: Context, request: Shape) -> Shape:
        return self._page(context, request, None)

    def list_builds_for_project(self, context: Context, request: Shape) -> Shape:
        project = self._projects.get(context, project_name(request["projectName"]))
        return self._page(context, request, project.name)

    def batch_delete_builds(self, context: Context, request: Shape) -> Shape:
        deleted, kept = [], []
        with self._store.write():
            for name in dict.fromkeys(request["ids"]):
                build = self._find(context, name)
                if build and build.unfinished:
                    kept.append({"id": name, "statusCode": "BUILD_IN_PROGRESS"})
                elif build:
                    self._builds.delete(build)
                    deleted.append(build.arn)
                else:
                    kept.append({"id": name, "statusCode": "BUILD_NOT_FOUND"})
        return {"buildsDeleted": deleted, "buildsNotDeleted": kept}

    def start_by_event(self, context: Context, delivery: Delivery) -> str:
        """What a rule or a schedule does with a project's ARN. Its input may name StartBuild's members."""
        request = {**_input(delivery.payload), "projectName": Arn.parse(delivery.arn).resource.partition("/")[2]}
        if delivery.token:
            request["idempotencyToken"] = delivery.token
        build: Shape = context.call("codebuild", "StartBuild", **request)["build"]
        return str(build["arn"])

    def _start(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            project = self._projects.get(context, project_name(request["projectName"]))
            settings = settings_of(project.document, request)
            settings["artifacts"] = artifacts_with_defaults(settings["artifacts"], project.name)
            settings["secondaryArtifacts"] = [
                artifacts_with_defaults(one, project.name) for one in settings["secondaryArtifacts"]
            ]
            if "serviceRoleOverride" in request:
                check_role(context, request["serviceRoleOverride"])
            self._check_limit(context, project)
            project.private["builds"] = number = project.private.get("builds", 0) + 1
            self._projects.keep(project)
            return {"id": self._submit(context, project, request, settings, number).name}

    def _submit(self, context: Context, project: Resource, request: Shape, settings: Shape, number: int) -> Resource:
        build_id = f"{project.name}:{naming.unique_id()}"
        arn = Arn.parse(BUILD.arn_of(context, build_id))
        document = build_document(settings, build_id, number, _initiator(context), arn, clock.now())
        private = {
            "step": "Queued",
            "project": project.id,
            "artifacts": [settings["artifacts"], *settings["secondaryArtifacts"]],
            "request": {name: value for name, value in request.items() if name != "idempotencyToken"},
        }
        build = self._builds.create(context, build_id, document, parent=project.name, private=private, unfinished=True)
        emit_state_change(context, build)
        emit_phase_change(context, build, build.document["phases"][0])
        return build

    def _check_limit(self, context: Context, project: Resource) -> None:
        limit = project.document.get("concurrentBuildLimit")
        if limit is None:
            return
        active = [
            build
            for build in self._builds.all(context, project.name, is_unfinished)  # type: ignore[arg-type]
            if build.document["buildStatus"] == "IN_PROGRESS"
        ]
        if len(active) >= limit:
            raise Refused(
                "AccountLimitExceededException",
                f"Cannot have more than {limit} active builds for the project {project.name} (concurrentBuildLimit)",
            )

    def _page(self, context: Context, request: Shape, parent: str | None) -> Shape:
        page = self._builds.page(context, sorted_request(request), parent)
        return {**page, "ids": [build["id"] for build in page["ids"]]}

    def _shown(self, context: Context, build_id: str) -> Shape:
        return self._get(context, build_id).document

    def _get(self, context: Context, name: str) -> Resource:
        build_id = _build_id(name)
        return self._builds.get(context, build_id, build_id.rpartition(":")[0])

    def _find(self, context: Context, name: str) -> Resource | None:
        build_id = _build_id(name)
        return self._builds.find(context, build_id, build_id.rpartition(":")[0])


def _build_id(name: str) -> str:
    """`<project>:<uuid>`, of itself or of a build's ARN. Refused where it is neither."""
    build_id = name.rsplit(":build/", 1)[-1]
    if ":" not in build_id:
        raise invalid(f"Invalid build ID specified: {name}; it has to be the id (<project>:<uuid>) or ARN of a build")
    return build_id


def _initiator(context: Context) -> str:
    """`codepipeline/<pipeline>` where a pipeline's execution is the cause; else who called, `<role>/<session>`."""
    if context.cause.startswith("arn:aws:codepipeline:"):
        return f"codepipeline/{Arn.parse(context.cause).resource.partition('/')[0]}"
    parsed = Arn.parse(context.principal) if naming.is_arn(context.principal) else None
    if parsed is None:
        return context.principal
    return parsed.resource.removeprefix("assumed-role/").removeprefix("user/")


def _input(payload: str) -> Shape:
    """The members of StartBuild that a target's input gives; an event that is passed on as it came gives none."""
    try:
        given = json.loads(payload) if payload else {}
    except ValueError:
        return {}
    if not isinstance(given, dict) or "detail-type" in given:
        return {}
    return {name: value for name, value in given.items() if name.endswith("Override") or name == "sourceVersion"}
