"""Starts of executions: by a client, an event, a change of a source, or the making of the pipeline."""

from __future__ import annotations

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.admission import Admission
from brickline.bricks.codepipeline.declaration import Declaration
from brickline.bricks.codepipeline.kinds import invalid
from brickline.bricks.codepipeline.records import Records, role_principal
from brickline.bricks.codepipeline.variables import BadReference, pipeline_variables

_MOST_AT_ONCE = 50
"""Executions of one pipeline in QUEUED and PARALLEL mode (limits.html)."""


class Starts:
    """`trigger` and `detail` are what an execution shows as its trigger."""

    def __init__(self, baseplate: Baseplate, records: Records, admission: Admission) -> None:
        self._baseplate = baseplate
        self._records = records
        self._admission = admission

    def start(self, context: Context, request: Shape, trigger: str, detail: str) -> Resource:
        """By a StartPipelineExecution request: once for its token."""

        def begin() -> Shape:
            with self._records.store.write():
                pipeline = self._records.pipeline(context, request["name"])
                return {"id": self.begin(context, pipeline, request, trigger, detail).name}

        place = f"codepipeline:StartPipelineExecution:{request['name']}"
        started = self._baseplate.once(context, place, request.get("clientRequestToken"), begin)
        return self._records.execution(context, request["name"], started["id"])

    def begin(self, context: Context, pipeline: Resource, request: Shape, trigger: str, detail: str) -> Resource:
        """A new execution, in the first stage if that is free; to be called in a transaction."""
        declaration = self._records.latest(context, pipeline)
        self._check_limit(context, declaration)
        name = naming.unique_id()
        execution = self._records.executions.create(
            context,
            name,
            _document(declaration, request, {"triggerType": trigger, "triggerDetail": detail}),
            parent=pipeline.name,
            private=_private(declaration, request, name),
            unfinished=True,
        )
        self._records.move_execution(context, execution, "InProgress")
        self._admission.enter(self._records.context_of(execution), execution)
        return execution

    def _check_limit(self, context: Context, declaration: Declaration) -> None:
        count = len(self._records.standings(context, declaration.name))
        if declaration.mode != "SUPERSEDED" and count >= _MOST_AT_ONCE:
            raise Refused(
                "ConcurrentPipelineExecutionsLimitExceededException",
                f"Pipeline '{declaration.name}' has {count} executions that have not ended; "
                f"in {declaration.mode} mode it can have {_MOST_AT_ONCE}",
            )


def _document(declaration: Declaration, request: Shape, trigger: Shape) -> Shape:
    document: Shape = {
        "pipelineName": declaration.name,
        "pipelineVersion": declaration.declared["version"],
        "status": "InProgress",
        "artifactRevisions": [],
        "sourceRevisions": [],
        "trigger": trigger,
        "executionMode": declaration.mode,
        "executionType": "STANDARD",
    }
    if values := _values(declaration, request):
        document["variables"] = [{"name": name, "resolvedValue": value} for name, value in values.items()]
    return document


def _private(declaration: Declaration, request: Shape, name: str) -> Shape:
    return {
        "stage": declaration.stages[0].name,
        "inside": False,
        "stages": {},
        "entered": {},
        "actions": {},
        "stopping": "",
        "attempt": 0,
        "variables": _values(declaration, request),
        "overrides": _overrides(declaration, request),
        "principal": role_principal(declaration.declared["roleArn"], name),
    }


def _values(declaration: Declaration, request: Shape) -> dict[str, str]:
    try:
        return pipeline_variables(declaration.declared.get("variables") or [], request.get("variables") or [])
    except BadReference as error:
        raise invalid(f"variables: {error}") from None


def _overrides(declaration: Declaration, request: Shape) -> dict[str, dict[str, str]]:
    """Revisions that the start names, by source action and type."""
    names = {action.name for action in declaration.sources}
    overrides: dict[str, dict[str, str]] = {}
    for one in request.get("sourceRevisions") or ():
        if one["actionName"] not in names:
            raise invalid(f"sourceRevisions: there is no source action named '{one['actionName']}' in the pipeline")
        overrides.setdefault(one["actionName"], {})[one["revisionType"]] = one["revisionValue"]
    return overrides
