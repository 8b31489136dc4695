"""A job's life: from its request to its final status. Training and processing share it.

Each phase (see `plan.Phase`) does its work outside of a transaction and then moves on in one; a server that is killed
does the phase again at its next start. Only what is saved counts: a phase never trusts what it had in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.bricks.sagemaker.events import emit_job_change
from brickline.bricks.sagemaker.experiments.tracking import JobTracking
from brickline.bricks.sagemaker.jobs.endings import Remains, ending_of, is_bad
from brickline.bricks.sagemaker.jobs.hosts import Hosts
from brickline.bricks.sagemaker.jobs.logs import JobLogs
from brickline.bricks.sagemaker.jobs.plan import Ending, JobKind, Phase, Plan
from brickline.bricks.sagemaker.jobs.reasons import LONGEST
from brickline.bricks.sagemaker.jobs.sources import InputError
from brickline.bricks.sagemaker.roles import job_principal
from brickline.images.environments import Environments
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage
from brickline.runtimes import JobState, LaunchFailed, Runtime

log = logging.getLogger(__name__)

CONTINUOUS_SECONDS = 2.0
"""So often the folders of continuous outputs and checkpoints are looked at."""

CLEANING_SECONDS = 0.5
"""After a job's end its folders are let go, when whoever waited for the job has begun to go on."""

Step = Callable[[Resource, Plan, Context], "float | None"]


class JobLife:
    """Drives the jobs of one kind. A `Controller`."""

    def __init__(self, baseplate: Baseplate, jobs: JobKind, environments: Environments, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._kind = jobs
        self._jobs = Resources(baseplate, jobs.kind)
        self._environments = environments
        self._runtime = runtime
        self._hosts = Hosts(baseplate, environments, runtime)
        self._logs = JobLogs(baseplate, self._jobs)
        self._tracking = JobTracking(baseplate)
        self._steps: Mapping[str, Step] = {
            "Starting": self._prepare,
            "Downloading": self._download,
            "Running": self._run,
            "Uploading": self._upload,
            "Cleaning": self._clean,
        }

    def reconcile(self, resource: Resource) -> float | None:
        """One phase after the other, as long as the next one can begin at once."""
        while (delay := self._step(resource)) == 0.0:
            fresh = resource_by_id(self._baseplate.store, resource.id)
            if fresh is None:
                return None
            resource = fresh
        return delay

    def _step(self, resource: Resource) -> float | None:
        plan, context = self._kind.plan(resource.document), self._context(resource)
        try:
            return self._steps[resource.private["phase"]](resource, plan, context)
        except (InputError, UnknownImage, EnvironmentFailed) as error:
            return self._end(resource, plan, context, Ending("Failed", f"ClientError: {error}"))
        except LaunchFailed as error:
            return self._end(resource, plan, context, Ending("Failed", f"InternalServerError: {error}"))

    def fail(self, resource: Resource, error: Exception) -> None:
        if resource.private["phase"] == "Cleaning":
            resource.unfinished = False
            self._jobs.keep(resource)
            return
        plan, context = self._kind.plan(resource.document), self._context(resource)
        self._end(resource, plan, context, Ending("Failed", f"InternalServerError: {error}"))

    def _prepare(self, job: Resource, plan: Plan, context: Context) -> float | None:
        if self._is_stopping(job):
            return self._enter(job, context, "Downloading")
        tell = self._logs.teller(context, job, plan)
        ready = self._environments.get(plan.image, plan.client_sdk)
        built = ready or self._environments.ensure(plan.image, tell, plan.client_sdk)
        self._runtime.prepare(built.prefix)
        with self._baseplate.store.write():
            if ready and ready.environment.notice:
                tell(ready.environment.notice)
            return self._enter(job, context, "Downloading")

    def _download(self, job: Resource, plan: Plan, context: Context) -> float | None:
        if self._is_stopping(job):
            return self._end(job, plan, context, Ending("Stopped"))
        for host in plan.hosts:
            self._hosts.stage(context, job, plan, host, self._kind.files(job.document, host))
        return self._enter(job, context, "Running")

    def _run(self, job: Resource, plan: Plan, context: Context) -> float | None:
        stopping = self._is_stopping(job)
        states = self._states(job, plan)
        if stopping and all(state.phase == "absent" for state in states.values()):
            return self._end(job, plan, context, Ending("Stopped"))
        self._hosts.start(job, plan, [host for host, state in states.items() if state.phase == "absent"])
        states = self._states(job, plan)
        for host in plan.hosts:
            self._logs.ship(context, job, plan, host, self._hosts.folder(job, host).root)
        if stopping or any(is_bad(state) for state in states.values()):
            self._hosts.stop(job, [host for host, state in states.items() if state.phase != "ended"])
        if all(state.phase == "ended" for state in states.values()):
            return self._decide(job, plan, context, states)
        self._hosts.sync(context, job, plan)
        return CONTINUOUS_SECONDS if any(output.continuous for output in plan.outputs) else None

    def _decide(self, job: Resource, plan: Plan, context: Context, states: Mapping[str, JobState]) -> float | None:
        """Every host has ended: keep how, before anything of it is uploaded (if there is anything to upload)."""
        remains = {host: self._remains(job, host, is_bad(state)) for host, state in states.items()}
        ending = ending_of(states, remains, self._is_stopping(job))
        with self._baseplate.store.write():
            self._enter(job, context, "Uploading", ending)
            if any(ending.verdict in output.verdicts for output in plan.outputs):
                return 0.0
            return self._end(job, plan, context, ending)

    def _upload(self, job: Resource, plan: Plan, context: Context) -> float | None:
        ending = Ending(**job.private["ending"])
        try:
            self._hosts.upload(context, job, plan, ending)
        except Refused as error:
            ending = Ending("Failed", f"ClientError: Data upload failed: {error.message}", message=ending.message)
        return self._end(job, plan, context, ending)

    def _clean(self, job: Resource, plan: Plan, context: Context) -> float | None:  # noqa: ARG002
        since_end = clock.now() - job.modified
        if 0 <= since_end < CLEANING_SECONDS:
            return CLEANING_SECONDS - since_end
        self._hosts.remove(job, plan)
        job.unfinished = False
        self._jobs.keep(job)
        return None

    def _enter(self, job: Resource, context: Context, phase: Phase, ending: Ending | None = None) -> float:
        """Move to a phase; the job is looked at again at once."""
        with self._jobs.change_id(job.id) as fresh:
            fresh.private["phase"] = phase
            if ending:
                fresh.private["ending"] = vars(ending)
            before = self._statuses(fresh)
            self._kind.entered(fresh.document, phase, clock.now())
            if self._statuses(fresh) != before:
                emit_job_change(context, self._kind.event, fresh)
        return 0.0

    def _end(self, job: Resource, plan: Plan, context: Context, ending: Ending) -> float:
        """The final status, with its event and the job's trial component, in one transaction."""
        with self._jobs.change_id(job.id) as fresh:
            if fresh.document[self._kind.kind.status_member] == "Stopping" and ending.verdict == "Completed":
                ending = Ending("Stopped", message=ending.message)
            now = clock.now()
            fresh.private["phase"] = "Cleaning"
            ending = replace(ending, reason=ending.reason[:LONGEST])
            self._kind.ended(fresh.document, ending, self._logs.final_metrics(fresh), now)
            emit_job_change(context, self._kind.event, fresh)
            self._tracking.ended(
                context, self._kind.trace(fresh.document), ending.verdict, ending.reason, (fresh.created, now)
            )
        log.info("%s: %s %s", plan.arn, ending.verdict, ending.reason)
        return 0.0

    def _states(self, job: Resource, plan: Plan) -> dict[str, JobState]:
        return {host: self._runtime.state(self._hosts.folder(job, host).root) for host in plan.hosts}

    def _remains(self, job: Resource, host: str, is_culprit: bool) -> Remains:
        return self._logs.remains(self._hosts.folder(job, host), with_lines=is_culprit)

    def _statuses(self, job: Resource) -> tuple[str, str | None]:
        return job.document[self._kind.kind.status_member], job.document.get("SecondaryStatus")

    def _is_stopping(self, job: Resource) -> bool:
        """Asked of the store: somebody may have stopped the job since it was read."""
        fresh = resource_by_id(self._baseplate.store, job.id)
        return fresh is not None and fresh.status == "Stopping"

    def _context(self, job: Resource) -> Context:
        """As whom the job's own calls are made: a session of its role, for the reason that it is there."""
        principal = job_principal(job.account, job.document["RoleArn"])
        return self._baseplate.context(job.account, job.region, principal, cause=job.arn)
