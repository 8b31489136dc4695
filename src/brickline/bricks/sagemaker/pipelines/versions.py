"""Versions of a pipeline's definition: each change makes a new one, and aliases name them."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.refusals import invalid

MOST_ALIASES = 10


class PipelineVersions:
    """ListPipelineVersions, UpdatePipelineVersion."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._records = Records(baseplate)

    def list_pipeline_versions(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["PipelineName"])
        return self._records.versions.page(context, request, pipeline.name)

    def update_pipeline_version(self, context: Context, request: Shape) -> Shape:
        pipeline = self._records.pipeline(context, request["PipelineArn"])
        number = request["PipelineVersionId"]
        with self._records.versions.change(context, str(number), pipeline.name) as version:
            for member in ("PipelineVersionDisplayName", "PipelineVersionDescription"):
                if member in request:
                    version.document[member] = request[member]
            changes = request.get("PipelineVersionAliasOperations", {})
            _remove_aliases(version, changes.get("Remove") or [])
            add_aliases(self._records, context, pipeline, version, changes.get("Add") or [])
        return {"PipelineArn": pipeline.arn, "PipelineVersionId": number}


def create_version(records: Records, context: Context, pipeline: Resource, text: str, aliases: list[str]) -> Resource:
    """The next version of a pipeline, which becomes its current one; to be called in a transaction."""
    number = pipeline.private["version"] = pipeline.private.get("version", 0) + 1
    document = {"PipelineArn": pipeline.arn, "PipelineVersionId": number}
    private = {"definition": text}
    version = records.versions.create(context, str(number), document, parent=pipeline.name, private=private)
    add_aliases(records, context, pipeline, version, aliases)
    records.versions.save(version)
    return version


def find_version(records: Records, context: Context, pipeline: Resource, request: Shape) -> Resource:
    """The version that a request names by its id or alias, else the pipeline's current one."""
    number, alias = request.get("PipelineVersionId"), request.get("PipelineVersionAlias")
    if number is not None and alias is not None:
        raise invalid("PipelineVersionId, PipelineVersionAlias: only one of the two can be given")
    if alias is not None:
        return version_with_alias(records, context, pipeline, alias)
    return records.versions.get(context, str(number or pipeline.private["version"]), pipeline.name)


def version_with_alias(records: Records, context: Context, pipeline: Resource, alias: str) -> Resource:
    for version in records.versions.all(context, pipeline.name):
        if alias in aliases_of(version):
            return version
    raise Refused("ResourceNotFound", f"Pipeline '{pipeline.arn}' has no version with the alias '{alias}'.")


def aliases_of(version: Resource) -> list[str]:
    aliases: list[str] = version.document.get("PipelineVersionAliases", [])
    return aliases


def add_aliases(records: Records, context: Context, pipeline: Resource, version: Resource, aliases: list[str]) -> None:
    """Into the version's document. Refused where one is only digits or belongs to another version."""
    if digits := [alias for alias in aliases if alias.isdigit()]:
        raise invalid(f"PipelineVersionAliases: {digits[0]!r} has digits only, as if it were a version's id")
    for other in records.versions.all(context, pipeline.name) if aliases else ():
        if other.id != version.id and (shared := set(aliases) & set(aliases_of(other))):
            raise Refused(
                "ConflictException",
                f"PipelineVersionAliases: version {other.name} of {pipeline.arn} has the alias {min(shared)!r}; "
                "remove it there first",
            )
    together = list(dict.fromkeys([*aliases_of(version), *aliases]))
    if len(together) > MOST_ALIASES:
        raise invalid(f"PipelineVersionAliases: {len(together)} aliases, {MOST_ALIASES} are the most of a version")
    if together:
        version.document["PipelineVersionAliases"] = together


def _remove_aliases(version: Resource, removed: list[str]) -> None:
    if missing := [alias for alias in removed if alias not in aliases_of(version)]:
        raise Refused("ResourceNotFound", f"Pipeline version '{version.arn}' has no alias {missing[0]!r}.")
    version.document["PipelineVersionAliases"] = [alias for alias in aliases_of(version) if alias not in removed]
