"""A transform job's life, from its request to its final status.

Its work is done in a thread of its own (`_Run`), which wakes the job when it is over; a server that is killed does the
work again at its next start, with the containers that it finds, and writes the same outputs.
"""

from __future__ import annotations

import logging
import threading

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.shipping import Shipment
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.events import emit_job_change
from brickline.bricks.sagemaker.experiments.tracking import JobTracking
from brickline.bricks.sagemaker.jobs.downloads import items_of
from brickline.bricks.sagemaker.jobs.logs import JobLogs
from brickline.bricks.sagemaker.jobs.plan import Ending, Source
from brickline.bricks.sagemaker.jobs.reasons import LONGEST
from brickline.bricks.sagemaker.jobs.sources import InputError, Item
from brickline.bricks.sagemaker.roles import job_principal
from brickline.bricks.sagemaker.serving.containers import Containers, NotStarted
from brickline.bricks.sagemaker.transform.fleet import LOG_GROUP, ContainerFailed, Fleet
from brickline.bricks.sagemaker.transform.job import ended, trace
from brickline.bricks.sagemaker.transform.objects import Manner, Objects
from brickline.runtimes import Runtime

log = logging.getLogger(__name__)


class TransformLife:
    """A `Controller`."""

    def __init__(self, baseplate: Baseplate, containers: Containers, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._containers = containers
        self._runtime = runtime
        self._jobs = Resources(baseplate, kinds.TRANSFORM_JOB)
        self._logs = JobLogs(baseplate, self._jobs)
        self._tracking = JobTracking(baseplate)
        self._runs: dict[int, _Run] = {}

    def reconcile(self, job: Resource) -> float | None:
        if job.private["phase"] == "Cleaning":
            self._clean(job)
            return None
        context = self._context(job)
        run = self._runs.get(job.id) or self._begin(job, context)
        if job.status == "Stopping":
            run.stop()
        run.fleet.ship(context, self._logs)
        return None if run.ending is None else self._end(job, context, run.ending)

    def fail(self, job: Resource, error: Exception) -> None:
        if job.private["phase"] == "Cleaning":
            job.unfinished = False
            self._jobs.keep(job)
            return
        self._end(job, self._context(job), Ending("Failed", f"InternalServerError: {error}"))

    def close(self) -> None:
        """Let go of what is at work; the next start goes on with it."""
        for run in list(self._runs.values()):
            run.close()

    def _begin(self, job: Resource, context: Context) -> _Run:
        with self._jobs.change_id(job.id) as fresh:
            fresh.document.setdefault("TransformStartTime", clock.now())
        run = _Run(job, context, self._fleet(job), self._logs, self._baseplate)
        self._runs[job.id] = run
        run.thread.start()
        return run

    def _end(self, job: Resource, context: Context, ending: Ending) -> float:
        with self._jobs.change_id(job.id) as fresh:
            if fresh.status == "Stopping":
                ending = Ending("Stopped")
            now = clock.now()
            fresh.private["phase"] = "Cleaning"
            ending = Ending(ending.verdict, ending.reason[:LONGEST])
            ended(fresh.document, ending, now)
            emit_job_change(context, "Transform Job", fresh)
            self._tracking.ended(context, trace(fresh.document), ending.verdict, ending.reason, (fresh.created, now))
        log.info("%s: %s %s", job.arn, ending.verdict, ending.reason)
        return 0.0

    def _clean(self, job: Resource) -> None:
        run = self._runs.pop(job.id, None)
        if run:
            run.close()
        fleet = run.fleet if run else self._fleet(job)
        fleet.remove()
        fresh = resource_by_id(self._baseplate.store, job.id)
        if fresh is not None:
            fresh.unfinished = False
            self._jobs.keep(fresh)

    def _fleet(self, job: Resource) -> Fleet:
        return Fleet(self._baseplate, self._containers, self._runtime, job, job.private["containers"])

    def _context(self, job: Resource) -> Context:
        """The job's own calls are those of its model's role."""
        role = job.private["model"].get("ExecutionRoleArn")
        principal = job_principal(job.account, role) if role else "sagemaker.amazonaws.com"
        return self._baseplate.context(job.account, job.region, principal, cause=job.arn)


class _Run:
    """The work of one job. `ending` is there once it is over."""

    def __init__(self, job: Resource, context: Context, fleet: Fleet, logs: JobLogs, baseplate: Baseplate) -> None:
        self.fleet = fleet
        self.ending: Ending | None = None
        self.thread = threading.Thread(target=self._run, name=f"transform-{job.id}", daemon=True)
        self._job = job
        self._context = context
        self._logs = logs
        self._baseplate = baseplate
        self._stopping = threading.Event()
        self._is_closing = False

    def stop(self) -> None:
        self._stopping.set()
        self.fleet.abort()

    def close(self) -> None:
        """Stop without an ending."""
        self._is_closing = True
        self.stop()
        self.thread.join()

    def _run(self) -> None:
        ending = self._ended()
        if not self._is_closing:
            self.ending = ending
            self._baseplate.controllers.wake(self._job.id)

    def _ended(self) -> Ending:
        try:
            return self._work()
        except (InputError, NotStarted) as error:
            return Ending("Failed", f"ClientError: {error}")
        except Refused as error:
            return Ending("Failed", f"ClientError: {error.message}")
        except ContainerFailed as error:
            return Ending("Failed", str(error))
        except Exception as error:
            log.exception("%s cannot go on", self._job.arn)
            return Ending("Failed", f"InternalServerError: {error}")

    def _work(self) -> Ending:
        document = self._job.document
        items = self._items()
        self.fleet.start(self._context, self._logs)
        self.fleet.wait_until_healthy(self._stopping)
        manner = Manner.of(document, dict(self.fleet.execution_parameters()))
        scratch = self._baseplate.job_folder(self._job.id, "0-0") / "transformed"
        objects = Objects(self._context, manner, scratch, self.fleet.invoke, self._stopping, self._tell)
        failures = objects.transform(items, len(self.fleet.instances))
        if self._stopping.is_set():
            return Ending("Stopped")
        if failures:
            self.fleet.check_after_failure()
            told = f"{len(failures)} of {len(items)} objects failed: {failures[0]}"
            return Ending("Failed", f"ClientError: See job logs for more information. {told}")
        return Ending("Completed")

    def _items(self) -> list[Item]:
        """Raises InputError."""
        source = self._job.document["TransformInput"]["DataSource"]["S3DataSource"]
        items = items_of(self._context, Source(source["S3Uri"], source["S3DataType"]))
        if not items:
            raise InputError(f'No S3 objects found under S3 URL "{source["S3Uri"]}" given in input data source.')
        return items

    def _tell(self, line: str) -> None:
        """Into the job's data log."""
        stream = f"{self._job.name}/{self.fleet.plan.hosts[0]}-{int(self._job.created)}/data-log"
        Shipment(LOG_GROUP, stream).send(self._context, [(int(clock.now() * 1000), line)])
