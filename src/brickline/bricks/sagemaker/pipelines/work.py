"""Attempts made ready: a step's expressions resolved, and all that its type needs to begin, watch and stop it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.pipelines.definition import NOT_EVALUATED, Step
from brickline.bricks.sagemaker.pipelines.expressions import Undefined, evaluate
from brickline.bricks.sagemaker.pipelines.run import Run
from brickline.bricks.sagemaker.pipelines.shapes import coerced, request_shape
from brickline.bricks.sagemaker.pipelines.steps import TYPES
from brickline.bricks.sagemaker.pipelines.steps.names import job_name
from brickline.bricks.sagemaker.pipelines.steps.step_type import Outcome, Work

_LONGEST_TAG = 256


@dataclass(frozen=True)
class Prepared:
    """An attempt whose expressions are resolved; `problem` where one of them is undefined."""

    job_name: str
    body: Shape = field(default_factory=dict)
    """The step's members beside its arguments."""
    arguments: Shape = field(default_factory=dict)
    problem: Outcome | None = None

    def as_private(self) -> Shape:
        """What is kept of the attempt with its step, so that it can be looked at after a kill."""
        return {"job_name": self.job_name, "arguments": self.arguments, "body": self.body, "kept": {}}


def prepare(run: Run, step: Step) -> Prepared:
    """Resolve a step's expressions. Property files may have to be read for it, so no transaction should be open."""
    name = job_name(run.execution.name, step.name)
    scope, operation = run.scope(name), TYPES[step.type].operation
    try:
        arguments = evaluate(step.arguments, scope)
        body = {key: evaluate(value, scope) for key, value in step.body.items() if key not in NOT_EVALUATED}
    except Undefined as error:
        return Prepared(name, problem=Outcome("Failed", reason=f"ClientError: {error}"))
    if operation:
        arguments = coerced(arguments, request_shape(operation))
        prefix = arguments.get(f"{operation.removeprefix('Create')}Name")
        name = job_name(run.execution.name, step.name, prefix) if prefix else name
    return Prepared(name, body, arguments)


def work_of(run: Run, step: Step, private: Shape) -> Work:
    """The attempt that is kept in a step's `private`."""
    experiment = run.execution.document.get("PipelineExperimentConfig")
    return Work(
        context=run.context,
        step=replace(step, body={**step.body, **private["body"]}),
        arguments=private["arguments"],
        execution_arn=run.execution.arn,
        job_name=private["job_name"],
        experiment={**experiment, "TrialComponentDisplayName": step.name} if experiment else {},
        tags=_tags(run.execution, step),
        kept=private["kept"],
    )


def _tags(execution: Resource, step: Step) -> tuple[Shape, ...]:
    tags = {
        **execution.private["tags"],
        "sagemaker:pipeline-execution-arn": execution.arn[:_LONGEST_TAG],
        "sagemaker:pipeline-step-name": step.name,
    }
    return tuple({"Key": key, "Value": value} for key, value in tags.items())
