"""What attempts have come to, written: statuses, retries, results for the cache. In the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import replace

from brickline.baseplate import clock
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.cache import StepCache
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.pipelines.retries import Failure, retry_delay
from brickline.bricks.sagemaker.pipelines.run import Run
from brickline.bricks.sagemaker.pipelines.steps import TYPES
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome


class Outcomes:
    """Moves a step on by the outcome of its attempt."""

    def __init__(self, records: Records, cache: StepCache) -> None:
        self._records = records
        self._cache = cache

    def write(self, run: Run, row: Resource, outcome: Outcome) -> None:
        if outcome.metadata:
            row.document["Metadata"] = outcome.metadata
        if outcome.properties:
            row.private["properties"] = outcome.properties
        row.private["kept"] |= outcome.kept
        if row.status == "Starting" and outcome.status != "Failed":
            self._records.move_step(run.context, run.execution, row, "Executing")
            run.journal.say(f"Step '{row.name}' has started.{_waits_for(outcome)}")
        match outcome.status:
            case "Failed":
                self._failed(run, row, outcome)
            case "Executing":
                self._records.steps.save(row)
            case _:
                self._ended(run, row, _when_stopping(row, outcome))

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


def _waits_for(outcome: Outcome) -> str:
    """The message of a callback is told too: whoever is to answer may have no queue to read it from."""
    message = outcome.kept.get("message")
    return f" It waits for an answer to {json.dumps(message)}" if message else ""


def _when_stopping(row: Resource, outcome: Outcome) -> Outcome:
    """A step that cannot be stopped, only waited for, is Stopped when it is over; a job says itself how it ended."""
    waited_for = not TYPES[row.private["type"]].operation
    if row.status == "Stopping" and waited_for and outcome.status == "Succeeded":
        return replace(outcome, status="Stopped")
    return outcome
