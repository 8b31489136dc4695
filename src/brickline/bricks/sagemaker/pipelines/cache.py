"""The cache of a pipeline's steps: looked up before a step starts, filled when it succeeded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.caching import ABSENT, Change, cache_key, explain, explanation, key_arguments
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.records import Records
from brickline.bricks.sagemaker.pipelines.results import Result, Results
from brickline.bricks.sagemaker.pipelines.steps import TYPES


@dataclass(frozen=True)
class Miss:
    """Why a step was not answered from its cache. `compared_with` is the execution whose arguments were others."""

    text: str
    compared_with: str = ""
    changes: tuple[Change, ...] = ()

    def as_document(self) -> Shape:
        return {**asdict(self), "changes": [[change.path, *map(_shown, change[1:])] for change in self.changes]}


@dataclass(frozen=True)
class Lookup:
    """A step's answer from the cache, or why there is none; neither where caching is off."""

    hit: Result | None = None
    miss: Miss | None = None


class StepCache:
    """Answers from earlier executions of the same pipeline."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def look_up(self, pipeline: str, step: Step, body: Shape, arguments: Shape) -> Lookup:
        """`body` and `arguments` are resolved."""
        if step.cache is None or TYPES[step.type].cache_key is None:
            return Lookup()
        wanted = _key_arguments(step, body, arguments)
        hit = self._results.find(pipeline, step.name, cache_key(wanted))
        if hit is None:
            return Lookup(miss=_explained(self._results.latest(pipeline, step.name), wanted))
        age = clock.now() - hit.time
        if step.cache.expires_after is not None and age > step.cache.expires_after:
            text = f"the result of {hit.execution} is {age:.0f} s old, good for {step.cache.expires_after:.0f} s"
            return Lookup(miss=Miss(text, hit.execution))
        return Lookup(hit=hit)

    def keep(self, execution: Resource, step: Step, row: Resource) -> None:
        """A step that succeeded; to be called in the transaction that says so."""
        if TYPES[step.type].cache_key is None:
            return
        arguments = _key_arguments(step, row.private["body"], row.private["arguments"])
        result = Result(
            key=cache_key(arguments),
            time=clock.now(),
            execution=execution.arn,
            arguments=arguments,
            metadata=row.document.get("Metadata", {}),
            properties=row.private["properties"],
        )
        self._results.add(execution.document["PipelineArn"], step.name, result)


def cache_miss(baseplate: Baseplate, context: Context, execution_arn: str, step_name: str) -> Miss | None:
    """Why a step of an execution was not answered from its cache; None where it was, or is not cached."""
    kept = Records(baseplate).steps.get(context, step_name, execution_arn).private.get("cache_miss")
    return Miss(kept["text"], kept["compared_with"], tuple(Change(*each) for each in kept["changes"])) if kept else None


def _explained(latest: Result | None, wanted: Shape) -> Miss:
    if latest is None:
        return Miss("no execution has run it successfully before")
    changes = explain(latest.arguments, wanted)
    return Miss(f"since {latest.execution} {explanation(changes)}", latest.execution, tuple(changes))


def _key_arguments(step: Step, body: Shape, arguments: Shape) -> Shape:
    key = TYPES[step.type].cache_key
    assert key is not None
    members = {member: body[member] for member in key.members if member in body}
    return {"Type": step.type, **members, **key_arguments(key.arguments, arguments)}


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value
