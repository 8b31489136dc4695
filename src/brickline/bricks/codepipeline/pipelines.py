"""Pipelines: create, update, get, list, delete."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.changes import Watches
from brickline.bricks.codepipeline.checks import check_declaration
from brickline.bricks.codepipeline.declaration import Declaration
from brickline.bricks.codepipeline.records import Records
from brickline.bricks.codepipeline.starts import Starts
from brickline.bricks.codepipeline.tags import tag_list, tags_given


class Pipelines:
    """What can be done with declarations."""

    def __init__(self, records: Records, starts: Starts, watches: Watches) -> None:
        self._records = records
        self._starts = starts
        self._watches = watches

    def create_pipeline(self, context: Context, request: Shape) -> Shape:
        """A new pipeline runs at once."""
        declared = _with_defaults(request["pipeline"], 1)
        _check(context, declared)
        tags = tags_given(request.get("tags") or [])
        private: Shape = {"transitions": {}, "latest": {}}
        with self._records.store.write():
            pipeline = self._records.pipelines.create(
                context, declared["name"], _summary(declared), private=private, tags=tags
            )
            self._keep_version(context, pipeline, declared)
            self._starts.begin(context, pipeline, {}, "CreatePipeline", context.principal)
        return {"pipeline": declared, **({"tags": tag_list(tags)} if tags else {})}

    def update_pipeline(self, context: Context, request: Shape) -> Shape:
        """Executions that are at work keep to the declaration that they started with."""
        name = request["pipeline"]["name"]
        with self._records.store.write():
            pipeline = self._records.pipeline(context, name)
            declared = _with_defaults(request["pipeline"], pipeline.document["version"] + 1)
            _check(context, declared)
            pipeline.document |= _summary(declared)
            self._records.pipelines.save(pipeline)
            self._keep_version(context, pipeline, declared)
        return {"pipeline": declared}

    def get_pipeline(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["name"])
        version = request.get("version") or pipeline.document["version"]
        members = ("pipelineArn", "created", "updated")
        return {
            "pipeline": self._records.declaration(context, pipeline.name, version).declared,
            "metadata": {member: pipeline.document[member] for member in members},
        }

    def list_pipelines(self, context: Context, request: Shape) -> Shape:
        return self._records.page(self._records.pipelines, context, request)

    def delete_pipeline(self, context: Context, request: Shape) -> Shape:
        """One that is not there is as good as deleted. What it has started (builds) runs on."""
        with self._records.store.write():
            pipeline = self._records.pipelines.find(context, request["name"])
            if pipeline:
                self._watches.forget(context, pipeline)
                self._records.delete_runs(pipeline)
                self._records.pipelines.delete(pipeline)
        return {}

    def _keep_version(self, context: Context, pipeline: Resource, declared: Shape) -> None:
        number = str(declared["version"])
        self._records.versions.create(context, number, {"declaration": declared}, parent=pipeline.name)
        self._watches.follow(context, pipeline, Declaration.of(declared))


def _with_defaults(declared: Shape, version: int) -> Shape:
    return {"executionMode": "SUPERSEDED", "pipelineType": "V1", **declared, "version": version}


def _summary(declared: Shape) -> Shape:
    return {member: declared[member] for member in ("version", "pipelineType", "executionMode")}


def _check(context: Context, declared: Shape) -> None:
    check_declaration(declared)
    role = declared["roleArn"]
    try:
        context.call("iam", "GetRole", RoleName=role.rsplit("/", 1)[-1])
    except Refused as error:
        raise Refused(
            "InvalidStructureException",
            f"CodePipeline is not authorized to perform AssumeRole on role {role}: {error.message}",
        ) from None
