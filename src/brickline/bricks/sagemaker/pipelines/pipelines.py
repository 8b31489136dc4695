"""Pipelines: a definition under a name."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.schema import resources as table
from brickline.bricks.sagemaker.names import user_context
from brickline.bricks.sagemaker.pipelines.checks import checked_definition
from brickline.bricks.sagemaker.pipelines.objects import read_text
from brickline.bricks.sagemaker.pipelines.records import Records, given_parallelism
from brickline.bricks.sagemaker.pipelines.versions import aliases_of, create_version, find_version
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.roles import check_role
from brickline.bricks.sagemaker.tags import requested_tags

_DESCRIBED = ("PipelineDisplayName", "PipelineDescription", "RoleArn")
_OF_VERSION = ("PipelineVersionDisplayName", "PipelineVersionDescription")


class Pipelines:
    """Create, update, describe, list and delete pipelines."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._records = Records(baseplate)

    def create_pipeline(self, context: Context, request: Shape) -> Shape:
        token = request.get("ClientRequestToken")
        return self._baseplate.once(context, "CreatePipeline", token, lambda: self._create(context, request))

    def update_pipeline(self, context: Context, request: Shape) -> Shape:
        text = _definition(context, request)
        if role := request.get("RoleArn"):
            check_role(context, "RoleArn", role)
        with self._records.pipelines.change(context, request["PipelineName"]) as pipeline:
            pipeline.document |= {member: request[member] for member in _DESCRIBED if member in request}
            pipeline.document |= given_parallelism(request)
            pipeline.document["LastModifiedBy"] = user_context(context)
            aliases = request.get("PipelineVersionAliases") or []
            self._update_definition(context, pipeline, text, aliases)
        return {"PipelineArn": pipeline.arn, "PipelineVersionId": pipeline.private["version"]}

    def describe_pipeline(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["PipelineName"])
        version = find_version(self._records, context, pipeline, request)
        return {
            **pipeline.document,
            **self._last_run(context, pipeline.name, "LastRunTime"),
            **{member: version.document[member] for member in _OF_VERSION if member in version.document},
            "PipelineDefinition": version.private["definition"],
            "PipelineVersionAliases": aliases_of(version),
        }

    def list_pipelines(self, context: Context, request: Shape) -> Shape:
        page = self._records.pipelines.page(context, request)
        for document in page["PipelineSummaries"]:
            document |= self._last_run(context, document["PipelineName"], "LastExecutionTime")
        return page

    def delete_pipeline(self, context: Context, request: Shape) -> Shape:
        token = request.get("ClientRequestToken")
        return self._baseplate.once(context, "DeletePipeline", token, lambda: self._delete(context, request))

    def _create(self, context: Context, request: Shape) -> Shape:
        if self._records.pipelines.exists(context, request["PipelineName"]):
            raise self._records.pipelines.kind.taken_error(context, request["PipelineName"])
        text = _definition(context, request)
        if text is None:
            raise invalid("PipelineDefinition, PipelineDefinitionS3Location: one of the two is needed")
        check_role(context, "RoleArn", request["RoleArn"])
        user = user_context(context)
        document = {
            "PipelineDisplayName": request["PipelineName"],
            **{member: request[member] for member in _DESCRIBED if member in request},
            **given_parallelism(request),
            "PipelineStatus": "Active",
            "CreatedBy": user,
            "LastModifiedBy": user,
        }
        tags = requested_tags(request)
        with self._records.store.write():
            pipeline = self._records.pipelines.create(context, request["PipelineName"], document, tags=tags)
            create_version(self._records, context, pipeline, text, request.get("PipelineVersionAliases") or [])
            self._records.pipelines.keep(pipeline)
        return {"PipelineArn": pipeline.arn}

    def _update_definition(self, context: Context, pipeline: Resource, text: str | None, aliases: list[str]) -> None:
        current = find_version(self._records, context, pipeline, {}).private["definition"]
        if text is not None and json.loads(text) != json.loads(current):
            create_version(self._records, context, pipeline, text, aliases)
        elif aliases:
            raise invalid(
                "PipelineVersionAliases: the definition does not change, so there is no new version to name; "
                "use UpdatePipelineVersion"
            )

    def _delete(self, context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            pipeline = self._records.pipeline(context, request["PipelineName"])
            for execution in self._records.executions.all(context, pipeline.name, table.c.unfinished):
                raise Refused(
                    "ConflictException",
                    f"Pipeline {pipeline.arn} cannot be deleted while {execution.arn} is running; "
                    "stop it with StopPipelineExecution first",
                )
            self._records.delete_executions(pipeline)
            for version in self._records.versions.all(context, pipeline.name):
                self._records.versions.delete(version)
            self._records.pipelines.delete(pipeline)
        return {"PipelineArn": pipeline.arn}

    def _last_run(self, context: Context, pipeline_name: str, member: str) -> Shape:
        page = self._records.executions.page(context, {"MaxResults": 1}, pipeline_name)
        latest = page["PipelineExecutionSummaries"]
        return {member: latest[0]["CreationTime"]} if latest else {}


def _definition(context: Context, request: Shape) -> str | None:
    """The checked definition of a request, read from S3 where it is there; None where the request has none."""
    text, location = request.get("PipelineDefinition"), request.get("PipelineDefinitionS3Location")
    if text is not None and location is not None:
        raise invalid("PipelineDefinition, PipelineDefinitionS3Location: only one of the two can be given")
    if location is not None:
        text = _read(context, location)
    if text is not None:
        checked_definition(text)
    return text


def _read(context: Context, location: Shape) -> str:
    version = {"VersionId": location["VersionId"]} if location.get("VersionId") else {}
    try:
        return read_text(context, location["Bucket"], location["ObjectKey"], **version)
    except (Refused, UnicodeDecodeError) as error:
        why = error.message if isinstance(error, Refused) else str(error)
        raise invalid(
            f"PipelineDefinitionS3Location: s3://{location['Bucket']}/{location['ObjectKey']} cannot be read: {why}"
        ) from None
