"""Steps that are calls of SageMaker: jobs, which take their time, and resources, which are there at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.pipelines import retries
from brickline.bricks.sagemaker.pipelines.definition import Step
from brickline.bricks.sagemaker.pipelines.paths import Token
from brickline.bricks.sagemaker.pipelines.shapes import property_type, response_shape
from brickline.bricks.sagemaker.pipelines.steps.step_type import CacheKey, Outcome, Status, StepType, Work

_FAULTS_OF_JOBS = {
    "InternalServerError": retries.JOB_INTERNAL_ERROR,
    "CapacityError": retries.CAPACITY_ERROR,
    "ResourceLimitExceeded": retries.RESOURCE_LIMIT,
}
"""How the FailureReason of a job begins, and what retry policies call that."""

_STATUSES: dict[str, Status] = {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Stopped"}


def job_step(name: str, noun: str, cache_attributes: tuple[str, ...]) -> StepType:
    """Steps that are jobs. `noun` is as in `CreateTrainingJob`: names, ARNs and statuses are called after it too."""

    def start(work: Work) -> Outcome:
        request = call_request(work, noun)
        if work.experiment:
            request["ExperimentConfig"] = {**request.get("ExperimentConfig", {}), **work.experiment}
        arn = work.context.call("sagemaker", f"Create{noun}", **request)[f"{noun}Arn"]
        return Outcome("Executing", metadata={noun: {"Arn": arn}})

    def stop(work: Work) -> None:
        if look(work).status == "Executing":
            work.context.call("sagemaker", f"Stop{noun}", **{f"{noun}Name": work.job_name})

    def look(work: Work) -> Outcome:
        return job_outcome(noun, describe(work, noun, work.job_name))

    return StepType(
        name,
        start,
        described_by(noun),
        look=look,
        stop=stop,
        operation=f"Create{noun}",
        cache_key=CacheKey(cache_attributes),
    )


def resource_step(name: str, noun: str) -> StepType:
    """Steps that create a resource which is there at once."""

    def start(work: Work) -> Outcome:
        work.context.call("sagemaker", f"Create{noun}", **call_request(work, noun))
        description = describe(work, noun, work.job_name)
        return Outcome("Succeeded", {noun: {"Arn": description[f"{noun}Arn"]}}, description)

    return StepType(name, start, described_by(noun), operation=f"Create{noun}")


def call_request(work: Work, noun: str) -> Shape:
    """The arguments, with the attempt's name and the execution's tags."""
    given = work.arguments.get("Tags") or ()
    own = {tag.get("Key") for tag in given}
    tags = [*given, *(tag for tag in work.tags if tag["Key"] not in own)]
    return {**work.arguments, **({"Tags": tags} if tags else {}), f"{noun}Name": work.job_name}


def describe(work: Work, noun: str, name: str) -> Shape:
    return work.context.call("sagemaker", f"Describe{noun}", **{f"{noun}Name": name})


def described_by(noun: str) -> Callable[[Step, Sequence[Token]], str | None]:
    """A step's properties are what `Describe<noun>` answers."""
    return lambda _step, path: property_type(response_shape(f"Describe{noun}"), path)


def job_outcome(noun: str, description: Shape) -> Outcome:
    """What a job's description means for its step."""
    status = _STATUSES.get(description[f"{noun}Status"], "Executing")
    reason = description.get("FailureReason", "") if status == "Failed" else ""
    fault = _FAULTS_OF_JOBS.get(reason.partition(":")[0].strip(), "")
    return Outcome(status, {noun: {"Arn": description[f"{noun}Arn"]}}, description, reason, fault)
