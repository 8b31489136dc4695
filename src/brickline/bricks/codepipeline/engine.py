"""What drives executions: from stage to stage, and in a stage from one group of actions to the next.

Each move is one transaction that looks at what is, so that an execution can be woken and killed at any time. What
actions do takes place in `action_life`; the end of one wakes its execution.
"""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.bricks.codepipeline.admission import Admission
from brickline.bricks.codepipeline.attempts import begin_attempt
from brickline.bricks.codepipeline.declaration import Declaration, Stage
from brickline.bricks.codepipeline.progress import Move, next_move
from brickline.bricks.codepipeline.records import Records

_STATUS = {"Succeed": "Succeeded", "Fail": "Failed", "Stop": "Stopped"}


class ExecutionController:
    """A `Controller` of pipeline executions."""

    def __init__(self, records: Records, admission: Admission) -> None:
        self._records = records
        self._admission = admission

    def reconcile(self, resource: Resource) -> float | None:
        while self._advance(resource.id):
            pass
        return None

    def fail(self, resource: Resource, error: Exception) -> None:
        with self._records.store.write():
            execution = resource_by_id(self._records.store, resource.id)
            if execution:
                execution.document["statusSummary"] = f"The execution cannot go on: {error}"
                self._admission.end(self._records.context_of(execution), execution, "Failed")

    def _advance(self, execution_id: int) -> bool:
        """One move; whether there may be a further one."""
        with self._records.store.write():
            execution = resource_by_id(self._records.store, execution_id)
            if execution is None or not execution.unfinished:
                return False
            context = self._records.context_of(execution)
            if not execution.private["inside"]:
                return self._admission.enter(context, execution)
            version = execution.document["pipelineVersion"]
            return self._go_on(context, execution, self._records.declaration(context, execution.parent, version))

    def _go_on(self, context: Context, execution: Resource, declaration: Declaration) -> bool:
        stage = declaration.stage(execution.private["stage"])
        assert stage is not None, "a stage of its own version"
        attempts = self._records.attempts(context, execution, stage.name)
        states = {name: attempt.status for name, attempt in attempts.items()}
        move = next_move(stage, states, execution.private["stopping"])
        if move.kind == "Start":
            self._start(context, execution, declaration, stage, move)
        elif move.kind == "Abandon":
            for name in move.actions:
                self._records.move_action(context, attempts[name], "Abandoned")
        elif move.kind != "Wait":
            self._leave(context, execution, declaration, stage, _STATUS[move.kind])
        return move.kind != "Wait"

    def _start(self, context: Context, execution: Resource, declaration: Declaration, stage: Stage, move: Move) -> None:
        started = execution.private["actions"].setdefault(stage.name, {})
        for action in stage.actions:
            if action.name in move.actions:
                started[action.name] = begin_attempt(self._records, context, execution, declaration, action).name
        self._records.executions.save(execution)

    def _leave(
        self, context: Context, execution: Resource, declaration: Declaration, stage: Stage, status: str
    ) -> None:
        self._records.move_stage(context, execution, stage.name, status)
        execution.private["inside"] = False
        later = declaration.stages[declaration.stages.index(stage) + 1 :]
        if status != "Succeeded" or not later:
            self._admission.end(context, execution, status)
            return
        execution.private["stage"] = later[0].name
        self._records.executions.save(execution)
        self._records.wake_waiting(context, execution.parent)
