"""What the kinds of SageMaker jobs have in common: how they are listed, described and stopped, and what they read
and wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.console.visit import Visit


@dataclass(frozen=True)
class Place:
    """An input or an output: its name, where it lies (S3 or else), and where the job finds it."""

    name: str
    uri: str
    path: str = ""


@dataclass(frozen=True)
class JobKind:
    """`label` is as in `DescribeTrainingJob`; `kind` as in its ARN and its address."""

    kind: str
    label: str
    inputs: Callable[[Shape], Iterator[Place]]
    outputs: Callable[[Shape], Iterator[Place]]

    @property
    def name_member(self) -> str:
        return f"{self.label}Name"

    @property
    def log_group(self) -> str:
        return f"/aws/sagemaker/{self.label}s"

    def page(self, visit: Visit, request: Shape) -> Shape:
        """`{"jobs": [job, ...], "token": ...}`; jobs as `summary` makes them."""
        answer = visit.call("sagemaker", f"List{self.label}s", **request)
        found = [self.summary(one) for one in answer[f"{self.label}Summaries"]]
        return {"jobs": found, "token": answer.get("NextToken")}

    def describe(self, visit: Visit, name: str) -> Shape:
        return visit.call("sagemaker", f"Describe{self.label}", **{self.name_member: name})

    def stop(self, visit: Visit, name: str) -> None:
        visit.call("sagemaker", f"Stop{self.label}", **{self.name_member: name})

    def summary(self, document: Shape) -> Shape:
        """What all kinds show, under the same names: of a description or of a list's row."""
        start, end = document.get(self._time("Start")), document.get(self._time("End"))
        return {
            "kind": self.kind,
            "name": document[self.name_member],
            "arn": document[f"{self.label}Arn"],
            "status": document[f"{self.label}Status"],
            "created": document["CreationTime"],
            "started": start,
            "ended": end,
            # Lists do not say when a job began to run: it is a moment after it was made.
            "seconds": end - (start or document["CreationTime"]) if end else None,
            "is_over": document[f"{self.label}Status"] not in ("InProgress", "Stopping"),
            "reason": document.get("FailureReason", ""),
        }

    def settings(self, document: Shape) -> Iterator[tuple[str, str]]:
        """All that the job was given, by name: hyper-parameters, arguments, image, instances, environment, inputs."""
        for name, value in document.get("HyperParameters", {}).items():
            yield name, value.strip('"')  # the SDK writes them as JSON
        specification = document.get("AlgorithmSpecification") or document.get("AppSpecification") or {}
        yield "image", specification.get("TrainingImage") or specification.get("ImageUri", "")
        yield "arguments", " ".join(specification.get("ContainerArguments", ()))
        yield "model", document.get("ModelName", "")
        resources = document.get("ResourceConfig") or document.get("TransformResources")
        resources = resources or document.get("ProcessingResources", {}).get("ClusterConfig", {})
        yield "instances", f"{resources.get('InstanceCount', '')} {resources.get('InstanceType', '')}".strip()
        for name, value in document.get("Environment", {}).items():
            yield f"environment {name}", value
        for place in self.inputs(document):
            yield f"input {place.name}", place.uri

    def _time(self, edge: str) -> str:
        return f"{self.label.removesuffix('Job')}{edge}Time"


def _training_inputs(job: Shape) -> Iterator[Place]:
    for channel in job.get("InputDataConfig", ()):
        name = channel["ChannelName"]
        source = channel["DataSource"].get("S3DataSource", {})
        yield Place(name, source.get("S3Uri", ""), f"/opt/ml/input/data/{name}")


def _training_outputs(job: Shape) -> Iterator[Place]:
    if artifacts := job.get("ModelArtifacts"):
        yield Place("model", artifacts["S3ModelArtifacts"], "/opt/ml/model")
    if checkpoints := job.get("CheckpointConfig"):
        yield Place("checkpoints", checkpoints["S3Uri"], checkpoints.get("LocalPath", "/opt/ml/checkpoints"))


def _processing_inputs(job: Shape) -> Iterator[Place]:
    for one in job.get("ProcessingInputs", ()):
        source = one.get("S3Input", {})
        yield Place(one["InputName"], source.get("S3Uri", ""), source.get("LocalPath", ""))


def _processing_outputs(job: Shape) -> Iterator[Place]:
    for one in job.get("ProcessingOutputConfig", {}).get("Outputs", ()):
        target = one.get("S3Output", {})
        yield Place(one["OutputName"], target.get("S3Uri", ""), target.get("LocalPath", ""))


def _transform_inputs(job: Shape) -> Iterator[Place]:
    yield Place("input", job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])


def _transform_outputs(job: Shape) -> Iterator[Place]:
    yield Place("output", job["TransformOutput"]["S3OutputPath"])


KINDS = {
    one.kind: one
    for one in (
        JobKind("training-job", "TrainingJob", _training_inputs, _training_outputs),
        JobKind("processing-job", "ProcessingJob", _processing_inputs, _processing_outputs),
        JobKind("transform-job", "TransformJob", _transform_inputs, _transform_outputs),
    )
}
BY_LABEL = {one.label: one for one in KINDS.values()}
