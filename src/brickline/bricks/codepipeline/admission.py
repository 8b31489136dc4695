"""Who may enter a stage: executions out of the queue in front of it."""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.kinds import Resource
from brickline.bricks.codepipeline.progress import may_enter, superseded
from brickline.bricks.codepipeline.records import Records, standing
from brickline.bricks.codepipeline.transitions import is_open


class Admission:
    """Both for a new execution, in the transaction that makes it, and for one that has waited."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def enter(self, context: Context, execution: Resource) -> bool:
        """Let it in if it may, end it if its turn will not come; whether there is more to do for it now."""
        if execution.status == "Stopping":
            return self.end(context, execution, "Stopped")
        mode = execution.document["executionMode"]
        standings = self._records.standings(context, execution.parent)
        waiting_in_vain = superseded(standings, mode)
        if execution.id in waiting_in_vain:
            return self.end(context, execution, "Superseded")
        for number in waiting_in_vain:
            self._records.wake(number)
        others = [other for other in standings if other.number != execution.id]
        pipeline = self._records.pipeline(context, execution.parent)
        if not is_open(pipeline, execution.private["stage"]) or not may_enter(standing(execution), others, mode):
            return False
        self._let_in(context, pipeline, execution)
        return True

    def end(self, context: Context, execution: Resource, status: str) -> bool:
        """Out of the pipeline: what waits behind it may go on."""
        execution.private["inside"] = False
        if status == "Succeeded" and execution.status == "Stopping":
            status = "Stopped"
        self._records.move_execution(context, execution, status)
        self._records.wake_waiting(context, execution.parent)
        return False

    def _let_in(self, context: Context, pipeline: Resource, execution: Resource) -> None:
        stage = execution.private["stage"]
        execution.private["inside"] = True
        execution.private["entered"][stage] = clock.now()
        pipeline.private["latest"][stage] = execution.name
        self._records.pipelines.keep(pipeline)
        self._records.move_stage(context, execution, stage, "InProgress")
        self._records.executions.save(execution)
