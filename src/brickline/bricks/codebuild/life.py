"""A build's life: from the queue to its final status (see `phases.Step`).

    Queued       waits until there is room for it
    Provisioning the image is found
    Downloading  sources are fetched, the buildspec is read, the environment is built
    Running      the container runs INSTALL to UPLOAD_ARTIFACTS; the guest tells of them
    Uploading    what the container has collected goes to S3
    Cleaning     the build has its final status; the container and its folder are removed

Each step does its work outside of a transaction and then moves on in one. StopBuild and the timeouts end a build
wherever it is, so a step that is done looks first whether the build is still at it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.bricks.codebuild import phases, places, records
from brickline.bricks.codebuild.admission import Admission
from brickline.bricks.codebuild.artifacts import UploadFailed, upload_artifacts
from brickline.bricks.codebuild.caches import keep_cache
from brickline.bricks.codebuild.endings import end_now, leave_phase
from brickline.bricks.codebuild.kinds import BUILD
from brickline.bricks.codebuild.logs import BuildLogs, Show, masking
from brickline.bricks.codebuild.places import BuildFolder
from brickline.bricks.codebuild.preparation import PhaseFailed, Preparation, Prepared
from brickline.bricks.codebuild.reports.making import ReportMaking
from brickline.bricks.codebuild.retrying import retry_if_wanted
from brickline.bricks.codebuild.roles import build_principal
from brickline.bricks.codebuild.sandboxes import Sandboxes
from brickline.images.environments import Environments
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage
from brickline.runtimes import JobState, LaunchFailed, Runtime

log = logging.getLogger(__name__)

MINUTE = 60.0
"""Seconds; tests have shorter ones."""

_BEFORE_CONTAINER = ("Provisioning", "Downloading", "Running")
_PULL_FAILED = "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE"
_DEAD = (
    "Build container found dead before completing the build. "
    "Build container died because it was out of memory, or the Docker image is not supported."
)

StepMethod = Callable[[Resource, Context], "float | None"]


class BuildLife:
    """Drives builds. A `Controller`."""

    def __init__(self, baseplate: Baseplate, environments: Environments, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._builds = Resources(baseplate, BUILD)
        self._environments = environments
        self._runtime = runtime
        self._reports = ReportMaking(baseplate)
        self._admission = Admission(baseplate, self._builds)
        self._logs = BuildLogs(baseplate, self._builds)
        self._preparation = Preparation(environments, runtime)
        self._sandboxes = Sandboxes(baseplate, environments)
        self._steps: Mapping[str, StepMethod] = {
            "Queued": self._wait,
            "Provisioning": self._provision,
            "Downloading": self._download,
            "Running": self._run,
            "Uploading": self._upload,
            "Cleaning": self._clean,
        }

    def reconcile(self, build: Resource) -> float | None:
        """One step after the other, as long as the next one can begin at once."""
        while (delay := self._step(build)) == 0.0:
            fresh = resource_by_id(self._baseplate.store, build.id)
            if fresh is None:
                return None
            build = fresh
        return delay

    def _step(self, build: Resource) -> float | None:
        context, step = self._context(build), build.private["step"]
        # A container keeps its time itself: it may have done its work in time, while no server ran.
        if step in _BEFORE_CONTAINER and self._seconds_left(build) <= 0 and not self._has_container(build):
            return self._end(build, context, "TIMED_OUT", "", f"Build timed out. {self._limit_words(build)}")
        return self._steps[step](build, context)

    def fail(self, build: Resource, error: Exception) -> None:
        if build.private["step"] == "Cleaning":
            build.unfinished = False
            self._builds.keep(build)
        else:
            self._end(build, self._context(build), "FAULT", "INTERNAL_SERVICE_ERROR", str(error))

    def _wait(self, build: Resource, context: Context) -> float | None:
        left = build.created + build.document["queuedTimeoutInMinutes"] * MINUTE - clock.now()
        if left <= 0:
            return self._end(build, context, "TIMED_OUT", "", "Build timed out while it was queued.")
        with self._moving(build) as fresh:
            if fresh is None or not self._admission.has_room(context):
                return float(left)
            now = clock.now()
            leave_phase(context, fresh, "SUCCEEDED", now)
            phases.enter(fresh.document, "PROVISIONING", now)
            fresh.private |= {"step": "Provisioning", "begun": now}
        return 0.0

    def _provision(self, build: Resource, context: Context) -> float | None:
        try:
            environment = self._environments.resolve(build.document["environment"]["image"])
        except UnknownImage as error:
            return self._end(
                build, context, "FAILED", _PULL_FAILED, f"Unable to pull customer's container image: {error}"
            )
        with self._moving(build) as fresh:
            if fresh:
                leave_phase(context, fresh, "SUCCEEDED", clock.now())
                phases.enter(fresh.document, "DOWNLOAD_SOURCE", clock.now())
                fresh.private["step"] = "Downloading"
                self._logs.say(context, fresh, "Waiting for agent ping", "Waiting for DOWNLOAD_SOURCE")
                if environment.notice:
                    self._logs.say(context, fresh, environment.notice)
                self._logs.say(context, fresh, "Phase is DOWNLOAD_SOURCE")
        return 0.0

    def _download(self, build: Resource, context: Context) -> float | None:
        tell = self._logs.teller(context, build)
        try:
            commit = self._preparation.prepare(context, build, self._folder(build), lambda: self._is_at(build), tell)
        except PhaseFailed as error:
            if self._seconds_left(build) <= 0:  # that is why: the next step says so
                return 0.0
            return self._end(build, context, "FAILED", error.code, str(error))
        except (UnknownImage, EnvironmentFailed) as error:
            return self._end(build, context, "FAILED", _PULL_FAILED, str(error))
        with self._moving(build) as fresh:
            if fresh:
                if commit:
                    fresh.document["resolvedSourceVersion"] = commit
                leave_phase(context, fresh, "SUCCEEDED", clock.now())
                fresh.private["step"] = "Running"
                self._logs.say(context, fresh, *_completed("DOWNLOAD_SOURCE", "SUCCEEDED"))
        return 0.0

    def _run(self, build: Resource, context: Context) -> float | None:
        folder = self._folder(build)
        try:
            if not self._has_container(build):
                self._runtime.start(self._sandboxes.job(build, folder, self._seconds_left(build)))
        except LaunchFailed as error:
            return self._end(build, context, "FAULT", "INTERNAL_SERVICE_ERROR", str(error))
        if pid := self._runtime.supervisor_pid(folder.root):
            self._baseplate.watcher.watch_process(pid, build.id)
        state = self._runtime.state(folder.root)
        has_more = self._logs.ship(context, build, folder.root, self._show(folder))
        found = records.read_records(folder.place(places.RECORDS))
        if state.phase != "ended" and len(found) == build.private.get("records", 0):
            return 0.0 if has_more else None
        with self._moving(build) as fresh:
            if fresh:
                records.apply(context, fresh, found)
                if state.phase == "ended" and not has_more:
                    self._has_ended(context, fresh, state, records.outcome_of(found))
        return 0.0 if has_more or state.phase == "ended" else None

    def _has_ended(self, context: Context, build: Resource, state: JobState, outcome: records.Outcome) -> None:
        """The container is over, with all of its output in the log: it did its work, or was killed."""
        if outcome.has_ended:
            build.private["step"] = "Uploading"
        elif state.reason == "timeout":
            end_now(context, build, "TIMED_OUT", "", f"Build timed out. {self._limit_words(build)}")
        elif state.reason in ("lost", "launch"):
            end_now(context, build, "FAULT", "INTERNAL_SERVICE_ERROR", state.message)
        else:
            code = state.exit_code if state.exit_code is not None else 128 + (state.signal or 0)
            why = f" {state.message}." if state.message else ""
            end_now(context, build, "FAILED", "CLIENT_ERROR", f"{_DEAD} ErrorCode: {code}{why}")

    def _upload(self, build: Resource, context: Context) -> float | None:
        folder = self._folder(build)
        outcome = records.outcome_of(records.read_records(folder.place(places.RECORDS)))
        code, message = outcome.code, outcome.message
        uploaded = []
        try:
            uploaded = upload_artifacts(context, build, folder, outcome.artifacts)
            keep_cache(context, build, folder.place(places.CACHE_AFTER))
        except (UploadFailed, Refused) as error:
            code, message = "CLIENT_ERROR", str(error)
        with self._moving(build) as fresh:
            if fresh:
                self._show_artifacts(fresh, uploaded)
                fresh.document["reportArns"] = self._reports.make(context, fresh, folder, outcome.reports)
                self._finish(context, fresh, outcome.is_good and not code, code, message)
        return 0.0

    def _finish(self, context: Context, build: Resource, is_good: bool, code: str, message: str) -> None:
        """The build has done all it will do."""
        if phases.is_within_phase(build.document):
            phase = build.document["currentPhase"]
            status: phases.Status = "FAILED" if code else "SUCCEEDED"
            leave_phase(context, build, status, clock.now(), code, message)
            self._logs.say(context, build, *_completed(phase, status, code, message))
        end_now(context, build, "SUCCEEDED" if is_good else "FAILED")

    def _clean(self, build: Resource, context: Context) -> float | None:
        folder = self._folder(build)
        self._runtime.stop(folder.root)
        show = self._show(folder)
        while self._logs.ship(context, build, folder.root, show):
            pass
        self._logs.keep_in_s3(context, build, folder.root, show)
        self._runtime.forget(folder.root)
        with self._baseplate.store.write():
            fresh = resource_by_id(self._baseplate.store, build.id)
            if fresh:
                retry_if_wanted(context, self._builds, fresh)
                fresh.unfinished = False
                self._builds.keep(fresh)
                self._baseplate.store.after_commit(lambda: self._admission.wake_next(context))
        return None

    def _end(self, build: Resource, context: Context, status: phases.Status, code: str, message: str) -> float:
        with self._moving(build) as fresh:
            if fresh:
                phase = fresh.document["currentPhase"]
                if code:
                    self._logs.say(context, fresh, *_completed(phase, status, code, message))
                end_now(context, fresh, status, code, message)
                log.info("%s: %s %s %s", build.arn, status, code, message)
        return 0.0

    @contextmanager
    def _moving(self, build: Resource) -> Iterator[Resource | None]:
        """The build as it is, to be changed in a transaction; None where it has been ended or moved on meanwhile."""
        with self._baseplate.store.write():
            fresh = resource_by_id(self._baseplate.store, build.id)
            if fresh is None or fresh.private["step"] != build.private["step"]:
                yield None
                return
            yield fresh
            self._builds.save(fresh)

    def _is_at(self, build: Resource) -> bool:
        """Whether the build is still at its step, and has time left."""
        fresh = resource_by_id(self._baseplate.store, build.id)
        return fresh is not None and fresh.private["step"] == build.private["step"] and self._seconds_left(build) > 0

    def _has_container(self, build: Resource) -> bool:
        return self._runtime.state(self._folder(build).root).phase != "absent"

    def _seconds_left(self, build: Resource) -> float:
        return float(build.private["begun"] + build.document["timeoutInMinutes"] * MINUTE - clock.now())

    def _limit_words(self, build: Resource) -> str:
        return f"timeoutInMinutes is {build.document['timeoutInMinutes']}"

    def _folder(self, build: Resource) -> BuildFolder:
        return BuildFolder(self._baseplate.job_folder(build.id))

    def _show(self, folder: BuildFolder) -> Show:
        return masking(Prepared.read(folder.variables).hidden if folder.variables.exists() else ())

    def _show_artifacts(self, build: Resource, uploaded: list[dict[str, object]]) -> None:
        by_identifier = {one.get("artifactIdentifier", ""): one for one in uploaded}
        document = build.document
        document["artifacts"] = by_identifier.get("", document["artifacts"])
        document["secondaryArtifacts"] = [
            by_identifier.get(one["artifactIdentifier"], one) for one in document.get("secondaryArtifacts") or ()
        ]

    def _context(self, build: Resource) -> Context:
        """As whom the build's own calls are made: a session of its role, for the reason that it is there."""
        principal = build_principal(build.account, build.document["serviceRole"], build.name)
        return self._baseplate.context(build.account, build.region, principal, cause=build.arn)


def _completed(phase: str, status: str, code: str = "", message: str = "") -> tuple[str, str]:
    return f"Phase complete: {phase} State: {status}", f"Phase context status code: {code} Message: {message}"
