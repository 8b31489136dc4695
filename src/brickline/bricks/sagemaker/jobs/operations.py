"""The operations on training and processing jobs. What takes time is the job's life (`life.py`)."""

from __future__ import annotations

from typing import Protocol

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker.events import emit_job_change
from brickline.bricks.sagemaker.experiments.tracking import JobTracking
from brickline.bricks.sagemaker.jobs import processing, training
from brickline.bricks.sagemaker.jobs.builtin_metrics import metric_definitions
from brickline.bricks.sagemaker.jobs.checks import check_image, check_processing, check_training
from brickline.bricks.sagemaker.jobs.plan import JobKind
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.roles import check_role
from brickline.bricks.sagemaker.tags import requested_tags, without_tags
from brickline.images.environments import Environments

LONGEST_RUN = 86400
"""MaxRuntimeInSeconds where a request says nothing: a day."""


class _Begun(Protocol):
    def __call__(self, document: Shape, now: float) -> None: ...


class TrainingJobOperations:
    """Create, describe, list, stop, update and delete training jobs."""

    def __init__(self, baseplate: Baseplate, environments: Environments) -> None:
        self._environments = environments
        self._jobs = _Jobs(baseplate, training.TrainingJobs(), training.begun)

    def create_training_job(self, context: Context, request: Shape) -> Shape:
        self._jobs.refuse_taken(context, request["TrainingJobName"])
        if "AlgorithmSpecification" not in request:
            raise invalid("AlgorithmSpecification: it is needed; give TrainingImage and TrainingInputMode")
        check_role(context, "RoleArn", request["RoleArn"])
        image = request["AlgorithmSpecification"].get("TrainingImage")
        environment = check_image(self._environments, "AlgorithmSpecification.TrainingImage", image)
        check_training(context, request)
        if metrics := metric_definitions(environment.framework, request):
            algorithm = {**request["AlgorithmSpecification"], "MetricDefinitions": metrics}
            request = {**request, "AlgorithmSpecification": algorithm}
        return {"TrainingJobArn": self._jobs.create(context, request).arn}

    def describe_training_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.resources.get(context, request["TrainingJobName"]).document

    def list_training_jobs(self, context: Context, request: Shape) -> Shape:
        return self._jobs.resources.page(context, request)

    def stop_training_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.stop(context, request["TrainingJobName"])

    def update_training_job(self, context: Context, request: Shape) -> Shape:
        """Only what has no effect here can be updated (profiler, warm pool, debugging); Describe shows it."""
        with self._jobs.resources.change(context, request["TrainingJobName"]) as job:
            if job.status != "InProgress":
                raise invalid(f"TrainingJobName: {job.arn} is {job.status}; only a job InProgress can be updated")
            for member in ("ProfilerConfig", "ResourceConfig", "RemoteDebugConfig"):
                job.document[member] = {**job.document.get(member, {}), **request.get(member, {})}
            if rules := request.get("ProfilerRuleConfigurations"):
                job.document["ProfilerRuleConfigurations"] = rules
        return {"TrainingJobArn": job.arn}

    def delete_training_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.delete(context, request["TrainingJobName"])


class ProcessingJobOperations:
    """Create, describe, list, stop and delete processing jobs."""

    def __init__(self, baseplate: Baseplate, environments: Environments) -> None:
        self._environments = environments
        self._jobs = _Jobs(baseplate, processing.ProcessingJobs(), processing.begun)

    def create_processing_job(self, context: Context, request: Shape) -> Shape:
        self._jobs.refuse_taken(context, request["ProcessingJobName"])
        check_role(context, "RoleArn", request["RoleArn"])
        check_image(self._environments, "AppSpecification.ImageUri", request["AppSpecification"]["ImageUri"])
        check_processing(context, request)
        return {"ProcessingJobArn": self._jobs.create(context, request).arn}

    def describe_processing_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.resources.get(context, request["ProcessingJobName"]).document

    def list_processing_jobs(self, context: Context, request: Shape) -> Shape:
        return self._jobs.resources.page(context, request)

    def stop_processing_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.stop(context, request["ProcessingJobName"])

    def delete_processing_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.delete(context, request["ProcessingJobName"])


class _Jobs:
    """What the operations of both kinds do alike."""

    def __init__(self, baseplate: Baseplate, jobs: JobKind, begun: _Begun) -> None:
        self.resources = Resources(baseplate, jobs.kind)
        self._kind = jobs
        self._begun = begun
        self._store = baseplate.store
        self._tracking = JobTracking(baseplate)

    def refuse_taken(self, context: Context, name: str) -> None:
        if self.resources.exists(context, name):
            raise self._kind.kind.taken_error(context, name)

    def create(self, context: Context, request: Shape) -> Resource:
        experiment = request.get("ExperimentConfig", {})
        self._tracking.check(context, experiment)
        document = without_tags(request)
        document["StoppingCondition"] = {"MaxRuntimeInSeconds": LONGEST_RUN, **request.get("StoppingCondition", {})}
        self._begun(document, clock.now())
        with self._store.write():
            name = request[self._kind.kind.name_member]
            job = self.resources.create(
                context, name, document, private={"phase": "Starting"}, tags=requested_tags(request), unfinished=True
            )
            self._tracking.started(context, job.arn, self._kind.trace(job.document), experiment)
            emit_job_change(context, self._kind.event, job)
        return job

    def stop(self, context: Context, name: str) -> Shape:
        with self.resources.change(context, name) as job:
            if job.status == "InProgress":
                self._kind.stopping(job.document, clock.now())
                emit_job_change(context, self._kind.event, job)
            elif job.status != "Stopping":
                raise invalid(
                    f"The request was rejected because the job {job.arn} is in status {job.status}; "
                    "only a job InProgress can be stopped"
                )
        return {}

    def delete(self, context: Context, name: str) -> Shape:
        with self._store.write():
            job = self.resources.get(context, name)
            if job.unfinished:
                raise Refused("ResourceInUse", f"{job.arn} is {job.status}; stop it before it is deleted")
            self.resources.delete(job)
        return {}
