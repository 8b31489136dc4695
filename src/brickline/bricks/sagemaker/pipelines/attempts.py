"""Attempts of steps: begun, looked at, tried again, stopped.

What a step creates, and what is known of it, is written in one transaction: a kill at any line leaves a step that has
not begun, or one whose job is there.
"""

from __future__ import annotations

import json
from dataclasses import replace

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
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.pipelines.refused_calls import refused_outcome
from brickline.bricks.sagemaker.pipelines.retries import Failure, retry_delay
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
        self._background = Background()

    def begin(self, run: Run, name: str) -> None:
        """The first attempt of a step, or its answer from the cache."""
        step = run.definition.steps[name]
        prepared = prepare(run, step)
        found = self._cache.look_up(run.execution.document["PipelineArn"], step, prepared.body, prepared.arguments)
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
        step_type, work = TYPES[row.private["type"]], work_of(run, run.step(row), row.private)
        with self._records.store.write() as connection:
            row = self._fresh(row)
            if step_type.stop:
                try:
                    with connection.begin_nested():
                        step_type.stop(work)
                except Refused as error:
                    run.journal.say(f"Step '{row.name}' could not be asked to stop: {error.message}")
            self._records.move_step(run.context, run.execution, row, "Stopping")
        run.steps[row.name] = row
        run.journal.say(f"Step '{row.name}' is asked to stop.")

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
        row = self._records.steps.create(
            run.context,
            step.name,
            document,
            parent=run.execution.arn,
            arn=callback_arn(run.context, token) if token else f"{run.execution.arn}/step/{step.name}",
            private=private,
        )
        emit_step_change(run.context, run.execution, row, None)
        self._apply(run, row, outcome)
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
            self._apply(run, row, outcome)
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
        with self._records.store.write() as connection:
            try:
                with connection.begin_nested():
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
            self._apply(run, row, outcome)
        run.steps[row.name] = row
        self._background.forget((row.id, row.private["job_name"]))

    def _apply(self, run: Run, row: Resource, outcome: Outcome) -> None:
        """Write what an attempt has come to; to be called in a transaction."""
        if outcome.metadata:
            row.document["Metadata"] = outcome.metadata
        if outcome.properties:
            row.private["properties"] = outcome.properties
        row.private["kept"] |= outcome.kept
        if row.status == "Starting" and outcome.status != "Failed":
            self._records.move_step(run.context, run.execution, row, "Executing")
            run.journal.say(f"Step '{row.name}' has started.{_waits_for(outcome)}")
        if outcome.status == "Failed":
            self._failed(run, row, outcome)
        elif outcome.status != "Executing":
            self._ended(run, row, _when_stopping(row, outcome))
        else:
            self._records.steps.save(row)

    def _ended(self, run: Run, row: Resource, outcome: Outcome) -> None:
        self._records.move_step(run.context, run.execution, row, outcome.status)
        run.journal.say(f"Step '{row.name}' is {outcome.status} after {row.document['EndTime'] - row.created:.3f} s.")
        if outcome.status == "Succeeded":
            self._cache.keep(run.execution, run.step(row), row)

    def _failed(self, run: Run, row: Resource, outcome: Outcome) -> None:
        """Fail the step, or have it tried again as its retry policies say."""
        row.private["failures"].append([outcome.fault, clock.now()])
        row.document["AttemptCount"] = len(row.private["failures"])
        failures = [Failure(fault, time) for fault, time in row.private["failures"]]
        delay = None if run.is_stopping else retry_delay(run.step(row).retries, failures)
        if delay is None:
            self._records.move_step(run.context, run.execution, row, "Failed", outcome.reason)
            run.journal.say(f"Step '{row.name}' Failed: {outcome.reason}")
            return
        row.private["retry_at"] = clock.now() + delay
        if row.status == "Starting":
            self._records.move_step(run.context, run.execution, row, "Executing")
        self._records.steps.save(row)
        run.journal.say(f"Step '{row.name}' failed and is tried again in {delay:g} s: {outcome.reason}")

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


def _waits_for(outcome: Outcome) -> str:
    """The message of a callback is told too: whoever is to answer may have no queue to read it from."""
    message = outcome.kept.get("message")
    return f" It waits for an answer to {json.dumps(message)}" if message else ""


def _refused(error: Refused, step_type: StepType, work: Work) -> Outcome:
    call = f"sagemaker:{step_type.operation}" if step_type.operation else f"{step_type.name.lower()}:Invoke"
    return refused_outcome(error, call, work.execution_arn, work.step.name, work.step.retries)


def _when_stopping(row: Resource, outcome: Outcome) -> Outcome:
    """A step that cannot be stopped, only waited for, is Stopped when it is over; a job says itself how it ended."""
    waited_for = not TYPES[row.private["type"]].operation
    if row.status == "Stopping" and waited_for and outcome.status == "Succeeded":
        return replace(outcome, status="Stopped")
    return outcome
