"""Attempts of steps: begun, looked at, tried again, stopped.

What a step creates, and what is known of it, is written in one transaction: a kill at any line leaves a step that has
not begun, or one whose job is there.
"""

from __future__ import annotations

from brickline.baseplate import clock
from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_id
from brickline.bricks.sagemaker.pipelines.background import Background
from brickline.bricks.sagemaker.pipelines.cache import Lookup, StepCache
from brickline.bricks.sagemaker.pipelines.callbacks import callback_arn
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.events import emit_step_change
from brickline.bricks.sagemaker.pipelines.outcomes import Outcomes
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.pipelines.refused_calls import refused_outcome
from brickline.bricks.sagemaker.pipelines.run import Run
from brickline.bricks.sagemaker.pipelines.steps import TYPES
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome, StepType, Work
from brickline.bricks.sagemaker.pipelines.work import Prepared, prepare, work_of


class Attempts:
    """Works on one step of a `Run` at a time, and puts it back into the run as it is then."""

    def __init__(self, baseplate: Baseplate, records: Records) -> None:
        self._baseplate = baseplate
        self._records = records
        self._cache = StepCache(records.results)
        self._outcomes = Outcomes(records, self._cache)
        self._background = Background()

    def begin(self, run: Run, name: str) -> None:
        """The first attempt of a step, or its answer from the cache."""
        step = run.definition.steps[name]
        prepared = prepare(run, step)
        found = Lookup() if prepared.problem else self._look_up(run, step, prepared)
        with self._records.store.write():
            if self._status_now(run.execution) != run.execution.status:
                return  # stopped meanwhile: the next look sees to it
            run.steps[name] = (
                self._answer_from_cache(run, step, found) if found.hit else self._start(run, step, prepared, found)
            )
        self._run_in_background(run, run.steps[name])

    def look(self, run: Run, row: Resource) -> None:
        """See how a running step stands; one that waits for its next attempt is tried again when its time has come."""
        retry_at = row.private.get("retry_at")
        if retry_at is None:
            self._see(run, row)
        elif run.is_stopping:
            self._settle(run, row, Outcome("Stopped"))
        elif retry_at <= clock.now():
            self._try_again(run, row)

    def stop(self, run: Run, row: Resource) -> None:
        """Ask a running step to stop, once."""
        if row.status == "Stopping" or "retry_at" in row.private:
            return
        with self._records.store.write():
            row = self._fresh(row)
            self.ask_to_stop(run, row)
            self._records.move_step(run.context, run.execution, row, "Stopping")
        run.steps[row.name] = row
        run.journal.say(f"Step '{row.name}' is asked to stop.")

    def ask_to_stop(self, run: Run, row: Resource) -> None:
        """Whatever the step's status is; what cannot be asked, or will not hear of it, goes on."""
        step_type, work = TYPES[row.private["type"]], work_of(run, run.step(row), row.private)
        if step_type.stop is None:
            return
        try:
            with self._records.store.write():
                step_type.stop(work)
        except Refused as error:
            run.journal.say(f"Step '{row.name}' could not be asked to stop: {error.message}")

    def _look_up(self, run: Run, step: Step, prepared: Prepared) -> Lookup:
        return self._cache.look_up(run.execution.document["PipelineArn"], step, prepared.body, prepared.arguments)

    def _see(self, run: Run, row: Resource) -> None:
        outcome = self._outcome(run, row)
        if outcome.status == "Executing":
            self._run_in_background(run, row)
        else:
            self._settle(run, row, outcome)

    def _start(self, run: Run, step: Step, prepared: Prepared, found: Lookup) -> Resource:
        """To be called in a transaction."""
        private = {"type": step.type, "failures": [], "properties": {}, **prepared.as_private()}
        if found.miss:
            private["cache_miss"] = found.miss.as_document()
            run.journal.say(f"Step '{step.name}' is not answered from the cache: {found.miss.text}")
        work = work_of(run, step, private)
        outcome = prepared.problem or self._call(work)
        token = outcome.kept.get("token")
        document = {**_labels(step), "StepStatus": "Starting", "AttemptCount": 0}
        if found.miss:
            # No member of AWS's: the console, which calls within the server, shows it.
            document["CacheMissReason"] = found.miss.text
        row = self._records.steps.create(
            run.context,
            step.name,
            document,
            parent=run.execution.arn,
            arn=callback_arn(run.context, token) if token else f"{run.execution.arn}/step/{step.name}",
            private=private,
        )
        emit_step_change(run.context, run.execution, row, None)
        self._outcomes.write(run, row, outcome)
        return row

    def _try_again(self, run: Run, row: Resource) -> None:
        step = run.step(row)
        prepared = prepare(run, step)
        with self._records.store.write():
            row = self._fresh(row)
            del row.private["retry_at"]
            row.private |= prepared.as_private()
            run.journal.say(f"Step '{row.name}' is tried again (retry {row.document['AttemptCount']}).")
            outcome = prepared.problem or self._call(work_of(run, step, row.private))
            self._outcomes.write(run, row, outcome)
        run.steps[row.name] = row
        self._run_in_background(run, row)

    def _answer_from_cache(self, run: Run, step: Step, found: Lookup) -> Resource:
        """To be called in a transaction."""
        assert found.hit is not None
        document = {
            "Metadata": found.hit.metadata,
            "CacheHitResult": {"SourcePipelineExecutionArn": found.hit.execution},
        }
        run.journal.say(f"Step '{step.name}' is answered from the cache, by {found.hit.execution}.")
        return self.finished(run, step, document, found.hit.properties)

    def finished(self, run: Run, step: Step, document: Shape, properties: Shape) -> Resource:
        """A step that another execution ran: Succeeded at once. To be called in a transaction."""
        row = self._records.steps.create(
            run.context,
            step.name,
            {**_labels(step), **document, "StepStatus": "Succeeded", "EndTime": clock.now(), "AttemptCount": 0},
            parent=run.execution.arn,
            arn=f"{run.execution.arn}/step/{step.name}",
            private={"type": step.type, "properties": properties},
        )
        emit_step_change(run.context, run.execution, row, None)
        return row

    def _call(self, work: Work) -> Outcome:
        """Begin an attempt; what a refused call wrote is undone."""
        step_type = TYPES[work.step.type]
        try:
            with self._records.store.write():
                return step_type.start(work)
        except Refused as error:
            return _refused(error, step_type, work)

    def _outcome(self, run: Run, row: Resource) -> Outcome:
        step_type, work = TYPES[row.private["type"]], work_of(run, run.step(row), row.private)
        assert step_type.look is not None, f"{row.name} is over as soon as it has begun"
        refused = (work.kept.get("result") or {}).get("refused")
        try:
            return _refused(Refused(**refused), step_type, work) if refused else step_type.look(work)
        except Refused as error:
            return Outcome("Failed", reason=f"ClientError: {error.message}")

    def _settle(self, run: Run, row: Resource, outcome: Outcome) -> None:
        with self._records.store.write():
            row = self._fresh(row)
            self._outcomes.write(run, row, outcome)
        run.steps[row.name] = row
        self._background.forget((row.id, row.private["job_name"]))

    def _run_in_background(self, run: Run, row: Resource) -> None:
        step_type = TYPES[row.private["type"]]
        if step_type.run is None or row.status not in ("Executing", "Stopping") or "retry_at" in row.private:
            return
        work = work_of(run, run.step(row), row.private)
        if "result" not in work.kept:
            key = (row.id, work.job_name)
            self._background.ensure(key, step_type.run, work, lambda result: self._tell(run.execution.id, row, result))

    def _tell(self, execution_id: int, row: Resource, result: Shape) -> None:
        """Keep the answer of a background call, and have its execution looked at."""
        with self._records.store.write():
            fresh = resource_by_id(self._records.store, row.id)
            if fresh is not None and fresh.private["job_name"] == row.private["job_name"]:
                fresh.private["kept"]["result"] = result
                self._records.steps.keep(fresh)
                self._records.store.after_commit(lambda: self._baseplate.controllers.wake(execution_id))

    def _fresh(self, row: Resource) -> Resource:
        fresh = resource_by_id(self._records.store, row.id)
        if fresh is None:
            raise LookupError(row.arn)
        return fresh

    def _status_now(self, execution: Resource) -> str:
        return self._fresh(execution).status


def _labels(step: Step) -> Shape:
    labels = {"StepDisplayName": step.body.get("DisplayName"), "StepDescription": step.body.get("Description")}
    return {member: text for member, text in labels.items() if text}


def _refused(error: Refused, step_type: StepType, work: Work) -> Outcome:
    call = step_type.call or f"sagemaker:{step_type.operation}"
    return refused_outcome(error, call, work.execution_arn, work.step.name, work.step.retries)
