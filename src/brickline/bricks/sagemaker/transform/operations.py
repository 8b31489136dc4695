"""The operations on transform jobs. What takes time is the job's life (`life.py`)."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.events import emit_job_change
from brickline.bricks.sagemaker.experiments.tracking import JobTracking
from brickline.bricks.sagemaker.model_containers import resolved_containers
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tags import requested_tags, without_tags
from brickline.bricks.sagemaker.transform.checks import check_transform
from brickline.bricks.sagemaker.transform.job import begun, trace


class TransformJobs:
    """CreateTransformJob, DescribeTransformJob, ListTransformJobs, StopTransformJob."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._jobs = Resources(baseplate, kinds.TRANSFORM_JOB)
        self._models = Resources(baseplate, kinds.MODEL)
        self._packages = Resources(baseplate, kinds.MODEL_PACKAGE)
        self._tracking = JobTracking(baseplate)

    def create_transform_job(self, context: Context, request: Shape) -> Shape:
        name, experiment = request["TransformJobName"], request.get("ExperimentConfig", {})
        if self._jobs.exists(context, name):
            raise kinds.TRANSFORM_JOB.taken_error(context, name)
        model = self._models.get(context, request["ModelName"]).document
        # The model is kept as it is now: it may be deleted while the job runs.
        containers = resolved_containers(context, self._packages, model)
        check_transform(context, request)
        self._tracking.check(context, experiment)
        document = without_tags(request)
        begun(document)
        private = {"phase": "Running", "model": model, "containers": containers}
        with self._store.write():
            job = self._jobs.create(
                context, name, document, private=private, tags=requested_tags(request), unfinished=True
            )
            self._tracking.started(context, job.arn, trace(job.document), experiment)
            emit_job_change(context, "Transform Job", job)
        return {"TransformJobArn": job.arn}

    def describe_transform_job(self, context: Context, request: Shape) -> Shape:
        return self._jobs.get(context, request["TransformJobName"]).document

    def list_transform_jobs(self, context: Context, request: Shape) -> Shape:
        return self._jobs.page(context, request)

    def stop_transform_job(self, context: Context, request: Shape) -> Shape:
        with self._jobs.change(context, request["TransformJobName"]) as job:
            if job.status == "InProgress":
                job.document["TransformJobStatus"] = "Stopping"
                emit_job_change(context, "Transform Job", job)
            elif job.status != "Stopping":
                raise invalid(
                    f"The request was rejected because the transform job {job.arn} is in status {job.status}; "
                    "only a job InProgress can be stopped"
                )
        return {}
