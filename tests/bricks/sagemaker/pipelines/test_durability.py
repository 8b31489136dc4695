"""Servers that end in the middle: the next one carries on, and nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from tests.bricks.sagemaker.pipelines.builders import callback, compare, condition, definition, function, get, training

from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_arn
from brickline.bricks.sagemaker.pipelines.controller import ExecutionController


class Killed(Exception):
    """Takes the place of a kill: whatever is not committed is gone."""


def test_an_execution_goes_on_where_a_server_ended(new_world: Callable[[], Any]) -> None:
    text = definition(training("A"), training("B", {"m": get("Steps.A.ModelArtifacts.S3ModelArtifacts")}))
    before = new_world()
    before.baseplate.start()
    before.create(text)
    arn = before.start()
    name = before.job()
    before.baseplate.close()
    after = new_world()
    after.finish(name, ModelArtifacts={"S3ModelArtifacts": "s3://bucket/m"})
    after.baseplate.start()
    after.train()
    assert after.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert len(list(after.jobs.resources["Training"].all(after.context))) == 2


def test_a_function_is_invoked_again_by_the_next_server(new_world: Callable[[], Any]) -> None:
    before = new_world()
    before.functions.may_end.clear()
    before.baseplate.start()
    before.create(definition(function("F")))
    arn = before.start()
    before.functions.invoked.get(timeout=20)
    before.baseplate.close()
    after = new_world()
    after.baseplate.start()
    assert after.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert after.functions.invoked.qsize() == 1
    before.functions.may_end.set()


def test_an_answer_to_a_callback_is_kept_while_no_server_drives(new_world: Callable[[], Any]) -> None:
    before = new_world()
    before.baseplate.start()
    before.create(definition(callback("Ask")))
    arn = before.start()
    token = before.queues.messages.get(timeout=20)["token"]
    before.baseplate.close()
    after = new_world()
    after("SendPipelineExecutionStepSuccess", CallbackToken=token)
    after.baseplate.start()
    assert after.wait(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_a_kill_at_any_write_neither_loses_nor_doubles_a_step(new_world: Callable[[], Any]) -> None:
    world = new_world()
    world.jobs.status_of_new = "Completed"
    experiment = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    text = definition(
        training("A", {"run": get("Execution.PipelineExecutionId")}),
        condition("If", compare("Equals", 1, 1), then=[training("B", DependsOn=["A"])]),
        PipelineExperimentConfig=experiment,
    )
    world.create(text)
    write = 0
    was_killed = True
    while was_killed:
        write += 1
        arn = world.start()
        was_killed = _drive(world, arn, kill_at=write)
        assert world.statuses(arn) == {"A": "Succeeded", "If": "Succeeded", "B": "Succeeded"}, write
        jobs = [job.name for job in world.jobs.resources["Training"].all(world.context) if arn[-12:] in job.name]
        assert len(jobs) == 2, write
        assert set(_changes(world, arn).values()) == {1}, write
    assert write > 20, "the execution has so many writes at least"


def _drive(world: Any, arn: str, kill_at: int) -> bool:
    """Reconcile to the end, with a kill before one write or commit; False where there was no such one."""
    count = 0

    def count_write(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE"):
            count_one()

    def count_one(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            raise Killed

    engine = world.baseplate.store.engine
    listened = (("before_cursor_execute", count_write), ("commit", count_one))
    for name, listener in listened:
        event.listen(engine, name, listener)
    try:
        while (execution := _execution(world, arn)).unfinished:
            try:
                ExecutionController(world.baseplate).reconcile(execution)
            except Killed:
                continue
    except Killed:
        return _drive(world, arn, kill_at=0) or True
    finally:
        for name, listener in listened:
            event.remove(engine, name, listener)
    return count >= kill_at > 0


def _execution(world: Any, arn: str) -> Resource:
    found = resource_by_arn(world.baseplate.store, arn)
    assert found is not None
    return found


def _changes(world: Any, arn: str) -> Counter[tuple[Any, ...]]:
    """How often each change of status was told."""
    details = [one["detail"] for one in world.baseplate.bus.events() if arn in one["resources"]]
    members = ("stepName", "currentStepStatus", "currentPipelineExecutionStatus")
    return Counter(tuple(detail.get(member) for member in members) for detail in details)
