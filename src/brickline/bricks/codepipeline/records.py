"""Pipelines, executions and actions as they are kept, and the changes of status that these go through.

    Execution   InProgress -> Succeeded | Failed                 its last stage, or one of them, is through
                InProgress -> Superseded                         a later one waits for the same stage
                InProgress -> Stopping -> Stopped                StopPipelineExecution
                Failed | Stopped -> InProgress                   RetryStageExecution (RESUMED)
    Stage       InProgress -> Succeeded | Failed | Stopped
    Action      InProgress -> Succeeded | Failed | Abandoned

Each change emits its event in the transaction that makes it. An execution's `private`:

    stage, inside    where it is: inside of that stage, or waiting in front of it
    stages, entered  the status in each stage that it came to, and since when
    actions          by stage, the latest attempt of each action
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from sqlalchemy import delete

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import Arn
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.schema import is_unfinished
from brickline.baseplate.schema import resources as table
from brickline.baseplate.sessions import role_session_arn
from brickline.bricks.codepipeline import kinds
from brickline.bricks.codepipeline.declaration import Declaration
from brickline.bricks.codepipeline.events import emit_action_change, emit_pipeline_change, emit_stage_change, state_of
from brickline.bricks.codepipeline.progress import Standing

UNFINISHED = ("InProgress", "Stopping")


class Records:
    """The collections that the operations and the controllers share."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self.store = baseplate.store
        self.pipelines = Resources(baseplate, kinds.PIPELINE)
        self.versions = Resources(baseplate, kinds.VERSION)
        self.executions = Resources(baseplate, kinds.EXECUTION)
        self.actions = Resources(baseplate, kinds.ACTION)

    def pipeline(self, context: Context, name: str) -> Resource:
        found = self.pipelines.find(context, name)
        if found is None:
            message = f"Account '{context.account}' does not have a pipeline with name '{name}'"
            raise Refused("PipelineNotFoundException", message)
        return found

    def declaration(self, context: Context, name: str, version: int) -> Declaration:
        declared: Shape = self.versions.get(context, str(version), name).document["declaration"]
        return Declaration.of(declared)

    def latest(self, context: Context, pipeline: Resource) -> Declaration:
        return self.declaration(context, pipeline.name, pipeline.document["version"])

    def execution(self, context: Context, pipeline: str, name: str) -> Resource:
        """Refused where the pipeline is not there or has no such execution."""
        self.pipeline(context, pipeline)
        return self.executions.get(context, name, pipeline)

    def context_of(self, execution: Resource) -> Context:
        """In which a run's own doing happens: caused by it, as its pipeline's role."""
        return self._baseplate.context(
            execution.account, execution.region, execution.private["principal"], execution.arn
        )

    def page(self, kept: Resources, context: Context, request: Shape, parent: str = "") -> Shape:
        """A page of a list; a token that is none has an exception of its own here."""
        try:
            return kept.page(context, request, parent)
        except Refused as refused:
            raise Refused("InvalidNextTokenException", refused.message) from None

    def action(self, context: Context, name: str) -> Resource | None:
        """An action execution by its id alone."""
        return next(self.actions.all(context, None, table.c.lookup == name), None)

    def approvals(self, context: Context, pipeline: str) -> Iterator[Resource]:
        """Every approval that a pipeline has asked for, those that wait first."""
        waiting = self.actions.all(context, pipeline, is_unfinished)  # type: ignore[arg-type]
        return (one for one in chain(waiting, self.actions.all(context, pipeline)) if one.private["token"])

    def unfinished(self, context: Context, pipeline: str) -> Iterator[Resource]:
        return self.executions.all(context, pipeline, is_unfinished)  # type: ignore[arg-type]

    def standings(self, context: Context, pipeline: str) -> list[Standing]:
        """Where the executions of a pipeline are that have not ended."""
        return [standing(execution) for execution in self.unfinished(context, pipeline)]

    def attempts(self, context: Context, execution: Resource, stage: str) -> dict[str, Resource]:
        """The latest attempts of a stage's actions that have started, by action."""
        names = execution.private["actions"].get(stage) or {}
        return {action: self.actions.get(context, name, execution.parent) for action, name in names.items()}

    def wake_waiting(self, context: Context, pipeline: str) -> None:
        """A stage or a transition is free: those that wait look again."""
        for execution in self.unfinished(context, pipeline):
            if not execution.private["inside"]:
                self.wake(execution.id)

    def move_execution(self, context: Context, execution: Resource, status: str, state: str = "") -> None:
        """To be called in a transaction. `state` is the event's, where it is not that of the status."""
        execution.document["status"] = status
        execution.unfinished = status in UNFINISHED
        self.executions.save(execution)
        emit_pipeline_change(context, execution, state or state_of(status))

    def move_stage(self, context: Context, execution: Resource, stage: str, status: str, state: str = "") -> None:
        """To be called in a transaction; the execution is to be saved after it."""
        execution.private["stages"][stage] = status
        emit_stage_change(context, execution, stage, state or state_of(status))

    def move_action(self, context: Context, action: Resource, status: str, output: Shape | None = None) -> None:
        """To be called in a transaction; wakes the execution."""
        action.document["status"] = status
        if output:
            action.document["output"] = output
        action.unfinished = status == "InProgress"
        self.actions.save(action)
        execution = resource_by_id(self.store, action.owner)
        if execution:
            emit_action_change(context, execution, action)

    def delete_runs(self, pipeline: Resource) -> None:
        """The versions, executions and actions of a pipeline."""
        with self.store.write() as connection:
            for kind in (kinds.VERSION, kinds.EXECUTION, kinds.ACTION):
                connection.execute(
                    delete(table).where(
                        table.c.account == pipeline.account,
                        table.c.region == pipeline.region,
                        table.c.kind == kind.key,
                        table.c.parent == pipeline.name,
                    )
                )

    def wake(self, resource_id: int) -> None:
        self.store.after_commit(lambda: self._baseplate.controllers.wake(resource_id))


def standing(execution: Resource) -> Standing:
    return Standing(execution.id, execution.private["stage"], execution.private["inside"])


def role_principal(role: str, session: str) -> str:
    """The session of a role, by its ARN."""
    parsed = Arn.parse(role)
    return role_session_arn(parsed.account, parsed.resource.rsplit("/", 1)[-1], session)


def owned(context: Context, action: Resource) -> Context:
    """For what an action starts: its end wakes the action."""
    return replace(context, owner=action.id)
