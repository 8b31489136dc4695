"""What drives executions: starts the steps that can start, sees how the running ones stand, and ends the execution.

A job that a step made is owned by the execution, so its end wakes this controller at once.
"""

from __future__ import annotations

from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.bricks.sagemaker.pipelines.attempts import Attempts
from brickline.bricks.sagemaker.pipelines.graph import final_status
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.pipelines.run import Run, load_run
from brickline.bricks.sagemaker.pipelines.selective import reused_steps
from brickline.bricks.sagemaker.pipelines.steps import TYPES

FAILED_STEPS = "Step failure: One or multiple steps failed."
"""AWS's own words."""


class ExecutionController:
    """A `Controller` of pipeline executions."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._records = Records(baseplate)
        self._attempts = Attempts(baseplate, self._records)

    def reconcile(self, resource: Resource) -> float | None:
        run = load_run(self._baseplate, self._records, resource)
        try:
            return self._drive(run)
        finally:
            run.journal.write(run.context, run.execution)

    def fail(self, resource: Resource, error: Exception) -> None:
        run = load_run(self._baseplate, self._records, resource)
        running, reason = run.running, f"InternalServerError: {error}"
        with self._records.store.write():
            for step in running:
                self._records.move_step(run.context, run.execution, step, "Failed", reason)
            self._records.move_execution(run.context, run.execution, "Failed", reason)
        run.journal.say(f"The execution Failed: {reason}")
        for step in running:
            self._attempts.ask_to_stop(run, step)
        run.journal.write(run.context, run.execution)

    def _drive(self, run: Run) -> float | None:
        if not self._is_prepared(run):
            return None
        if run.is_stopping:
            for step in run.running:
                self._attempts.stop(run, step)
        for step in run.running:
            self._attempts.look(run, step)
        self._start_ready(run)
        if not run.running and not _ready(run):
            return self._finish(run)
        return run.next_attempt

    def _start_ready(self, run: Run) -> None:
        """Start what can start; steps that are over at once make way for further ones."""
        while names := _ready(run)[: max(run.room, 0)]:
            for name in names:
                self._attempts.begin(run, name)
                if name not in run.steps:
                    return

    def _finish(self, run: Run) -> float | None:
        status = _stopped_status(run) if run.is_stopping else final_status(run.edges, run.states)
        with self._records.store.write():
            execution = resource_by_id(self._records.store, run.execution.id)
            if execution is None or execution.status != run.execution.status:
                return 0.0  # stopped or deleted meanwhile
            self._records.move_execution(run.context, execution, status, FAILED_STEPS if status == "Failed" else "")
            run.execution = execution
        run.journal.say(f"The execution is {status}.")
        return None

    def _is_prepared(self, run: Run) -> bool:
        """See to what an execution needs before its first step: its experiment, and results that it reuses."""
        if run.execution.private.get("prepared"):
            return True
        try:
            with self._records.store.write():
                _make_experiment(run)
                self._reuse(run)
                run.execution.private["prepared"] = True
                self._records.executions.keep(run.execution)
        except Refused as error:
            reason = f"ClientError: The execution's experiment cannot be made. {error.message}"
            with self._records.store.write():
                self._records.move_execution(run.context, run.execution, "Failed", reason)
            run.journal.say(f"The execution Failed: {reason}")
            return False
        return True

    def _reuse(self, run: Run) -> None:
        """Of a selective execution: the steps that the selected ones need, as the source execution left them."""
        config = run.execution.document.get("SelectiveExecutionConfig") or {}
        source = config.get("SourcePipelineExecutionArn")
        if source is None or run.selected is None:
            return
        steps = self._records.steps_of(run.context, self._records.execution(run.context, source).arn)
        for name in reused_steps(run.edges, run.selected):
            document = {
                "Metadata": steps[name].document.get("Metadata", {}),
                "SelectiveExecutionResult": {"SourcePipelineExecutionArn": source},
            }
            step = run.definition.steps[name]
            run.steps[name] = self._attempts.finished(run, step, document, steps[name].private["properties"])


def _ready(run: Run) -> list[str]:
    """The steps that can start: none while it stops, and after a Fail step only what waits for a failure."""
    if run.is_stopping:
        return []
    ready = run.progress().ready
    if not any(run.definition.steps[name].type == "Fail" for name in run.steps):
        return list(ready)
    return [name for name in ready if any(edge.trigger != "Completed" for edge in run.edges[name])]


def _stopped_status(run: Run) -> str:
    """Stopped; but Failed where a function that could not be stopped failed (API_StopPipelineExecution)."""
    late = (step for step in run.steps.values() if step.status == "Failed" and TYPES[step.private["type"]].run)
    return "Failed" if next(late, None) else "Stopped"


def _make_experiment(run: Run) -> None:
    """The experiment and trial of the execution; those that are there are used."""
    config = run.execution.document.get("PipelineExperimentConfig")
    if not config:
        return
    _make(run, "CreateExperiment", ExperimentName=config["ExperimentName"])
    _make(run, "CreateTrial", TrialName=config["TrialName"], ExperimentName=config["ExperimentName"])


def _make(run: Run, operation: str, **request: str) -> None:
    try:
        run.context.call("sagemaker", operation, **request)
    except Refused as error:
        if "already exists" not in error.message:
            raise
