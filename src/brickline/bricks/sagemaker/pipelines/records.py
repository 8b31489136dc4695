"""Pipelines, versions, executions and steps as they are kept, and the changes of status that these go through.

    Execution   Executing -> Succeeded | Failed | CompletedWithFailures     the controller, when nothing is left to do
                Executing -> Stopping                                       StopPipelineExecution
                Stopping -> Stopped | Failed                                the controller, when nothing runs any more
                Failed | Stopped | CompletedWithFailures -> Executing       RetryPipelineExecution
    Step        Starting -> Executing                                       the controller, when its call was taken
                Starting | Executing -> Succeeded | Failed                  the controller, by how it ended
                Executing -> Stopping -> Stopped | Succeeded | Failed       the controller, of an execution that stops

Each change emits its event in the transaction that makes it.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.naming import is_arn
from brickline.baseplate.resources import Resources
from brickline.baseplate.schema import resources as table
from brickline.bricks.sagemaker.names import name_of
from brickline.bricks.sagemaker.pipelines import kinds
from brickline.bricks.sagemaker.pipelines.events import emit_execution_change, emit_step_change
from brickline.bricks.sagemaker.pipelines.graph import FINAL, State
from brickline.bricks.sagemaker.pipelines.results import Results

_LONGEST_REASON = {kinds.EXECUTION.key: 1300, kinds.STEP.key: 1024}


class Records:
    """The collections that the operations and the controller share."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.store = baseplate.store
        self.pipelines = Resources(baseplate, kinds.PIPELINE)
        self.versions = Resources(baseplate, kinds.VERSION)
        self.executions = Resources(baseplate, kinds.EXECUTION)
        self.steps = Resources(baseplate, kinds.STEP)
        self.results = Results(baseplate.store)

    def pipeline(self, context: Context, name_or_arn: str) -> Resource:
        return self.pipelines.get(context, name_of(name_or_arn))

    def execution(self, context: Context, arn: str) -> Resource:
        """Refused where the context's account and region have none with this ARN."""
        found = self.executions.by_arn(arn) if is_arn(arn) else None
        if found is None or (found.account, found.region) != (context.account, context.region):
            raise self.executions.kind.missing_error(context, arn.rpartition("/")[2], _pipeline_name(arn))
        return found

    def steps_of(self, context: Context, execution_arn: str) -> dict[str, Resource]:
        """The steps of an execution that have started, oldest first."""
        return {step.name: step for step in self.steps.all(context, execution_arn)}

    def definition_text(self, context: Context, execution: Resource) -> str:
        """The definition that the execution runs, as it was when it started."""
        version = self.versions.get(context, str(execution.document["PipelineVersionId"]), execution.parent)
        text: str = version.private["definition"]
        return text

    def move_execution(self, context: Context, execution: Resource, status: str, reason: str = "") -> None:
        """Give an execution a new status, and emit it; to be called in a transaction."""
        previous = execution.status
        execution.document["PipelineExecutionStatus"] = status
        execution.unfinished = status in ("Executing", "Stopping")
        _set_or_drop(execution.private, "end_time", None if execution.unfinished else clock.now())
        _set_or_drop(execution.document, "FailureReason", _cut(reason, kinds.EXECUTION))
        self.executions.save(execution)
        emit_execution_change(context, execution, previous)

    def move_step(self, context: Context, execution: Resource, step: Resource, status: str, reason: str = "") -> None:
        """Give a step a new status, and emit it; to be called in a transaction."""
        previous = step.status
        step.document["StepStatus"] = status
        _set_or_drop(step.document, "EndTime", clock.now() if status in FINAL else None)
        _set_or_drop(step.document, "FailureReason", _cut(reason, kinds.STEP))
        self.steps.save(step)
        emit_step_change(context, execution, step, previous)

    def delete_executions(self, pipeline: Resource) -> None:
        """Every execution of a pipeline, with its steps and what the cache knows."""
        place = (table.c.account == pipeline.account, table.c.region == pipeline.region)
        executions = (*place, table.c.kind == kinds.EXECUTION.key, table.c.parent == pipeline.name)
        steps = (*place, table.c.kind == kinds.STEP.key, table.c.parent.in_(select(table.c.arn).where(*executions)))
        with self.store.write() as connection:
            connection.execute(delete(table).where(*steps))
            connection.execute(delete(table).where(*executions))
        self.results.forget(pipeline.arn)


def state_of(step: Resource) -> State:
    """A step as the graph sees it."""
    outcome = step.document.get("Metadata", {}).get("Condition", {}).get("Outcome")
    return State(step.status, None if outcome is None else outcome == "True")


def given_parallelism(request: Shape) -> Shape:
    """The request's ParallelismConfiguration, if it has one."""
    member = "ParallelismConfiguration"
    return {member: request[member]} if request.get(member) else {}


def _pipeline_name(arn: str) -> str:
    """`name` of `...:pipeline/name/execution/id`, for an error's text."""
    parts = arn.split("/")
    return parts[1] if len(parts) > 2 else "?"


def _set_or_drop(members: Shape, name: str, value: object) -> None:
    if value in (None, ""):
        members.pop(name, None)
    else:
        members[name] = value


def _cut(reason: str, kind: Kind) -> str:
    """Within the longest text that the API's shape takes."""
    longest = _LONGEST_REASON[kind.key]
    return reason if len(reason) <= longest else f"{reason[: longest - 3]}..."
