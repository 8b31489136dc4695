"""The instances of endpoints as this process knows them: started, watched, spoken to, ended.

What should be there is in the store (`fleets`); `sync` sees to it. Instances are jobs that outlive a server that is
killed: the next one takes up those that still run.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.endpoints.fleets import Fleets, Instance, Variant
from brickline.bricks.sagemaker.endpoints.logs import EndpointLogs
from brickline.bricks.sagemaker.endpoints.transitions import Observed
from brickline.bricks.sagemaker.endpoints.workers import Part, Starter, Worker
from brickline.bricks.sagemaker.jobs.reasons import LONGEST
from brickline.bricks.sagemaker.serving.containers import NotStarted, Order
from brickline.runtimes import JobState, LaunchFailed, Runtime, wait_for_end

log = logging.getLogger(__name__)

_THREADS = 16
_PING_PAUSES = (0.005, 0.25)
"""Seconds between two pings: the first, and the most that it grows to."""
_STOP_SECONDS = 3.0
"""A container has this long to end by itself; its requests are answered already."""
_DISK_GB = 30
_STARTUP_SECONDS = 240.0
"""A container has this long to answer its first ping, where the variant does not say otherwise."""


class Instances:
    """Everything about instances that touches processes and disks."""

    def __init__(self, baseplate: Baseplate, runtime: Runtime, starter: Starter, logs: EndpointLogs) -> None:
        self._baseplate = baseplate
        self._runtime = runtime
        self._starter = starter
        self._logs = logs
        self._workers: dict[int, dict[int, Worker]] = defaultdict(dict)
        """By endpoint and number. Only the endpoint's own reconcile adds; a worker's end removes it."""
        self._seen: set[int] = set()
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="endpoint")

    def take_over(self, endpoint: Resource, fleets: Fleets) -> None:
        """At the first look: end what an earlier server left behind when it was killed in the midst of ending it."""
        if endpoint.id in self._seen:
            return
        self._seen.add(endpoint.id)
        serving = {instance.number for fleet in fleets.fleets for _, instance in fleet.instances}
        start = self._baseplate.job_folder(endpoint.id)
        for folder in start.parent.glob(f"{start.name}-*-*"):
            if int(folder.name.split("-")[1]) not in serving:
                self._runtime.forget(folder)

    def observe(self, endpoint: Resource) -> dict[int, Observed]:
        """How the instances of an endpoint are; those that are not known yet are about to start."""
        workers = self._workers[endpoint.id]
        for worker in list(workers.values()):
            if worker.is_started and not worker.failure and not worker.is_ending:
                self._notice_end(worker)
        return {number: _observed(worker) for number, worker in list(workers.items())}

    def workers(self, endpoint: Resource) -> dict[int, Worker]:
        return dict(self._workers[endpoint.id])

    def sync(self, endpoint: Resource, context: Context, fleets: Fleets) -> None:
        """Begin to start what should be there and to end what should not. Returns at once."""
        workers, wanted = self._workers[endpoint.id], fleets.numbers()
        for fleet in fleets.fleets:
            for variant, instance in fleet.instances:
                if instance.number not in workers and instance.not_before <= clock.now():
                    self._begin(endpoint, context, variant, instance)
        for number, worker in list(workers.items()):
            if number not in wanted and not worker.is_ending:
                worker.is_ending = True
                self._pool.submit(self._end, endpoint, context, worker)

    def are_gone(self, endpoint: Resource) -> bool:
        return not self._workers[endpoint.id]

    def forget(self, endpoint: Resource) -> None:
        """The endpoint is deleted."""
        self._workers.pop(endpoint.id, None)
        self._seen.discard(endpoint.id)

    def close(self) -> None:
        """A server that ends in order takes its instances along, as nobody can reach them: the next one starts anew."""
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for workers in self._workers.values():
            for worker in workers.values():
                for part in worker.parts:
                    part.container.close()
                    self._runtime.stop(part.folder)

    def _begin(self, endpoint: Resource, context: Context, variant: Variant, instance: Instance) -> None:
        parts = [self._part(endpoint, variant, instance, index) for index in range(len(variant.containers))]
        worker = Worker(instance, variant, parts)
        self._workers[endpoint.id][instance.number] = worker
        worker.start = self._pool.submit(self._start, endpoint, context, worker)

    def _part(self, endpoint: Resource, variant: Variant, instance: Instance, index: int) -> Part:
        order = Order(
            folder=self._baseplate.job_folder(endpoint.id, f"{instance.number}-{index}"),
            definition=variant.containers[index],
            model=variant.model,
            token=str(endpoint.id),
            disk_gb=variant.production.get("VolumeSizeInGB", _DISK_GB),
        )
        return Part(_container_name(variant, index), order, self._starter.container(order))

    def _start(self, endpoint: Resource, context: Context, worker: Worker) -> None:
        """In a thread of the pool: to the first good ping, or a failure."""
        try:
            for part in worker.parts:
                if worker.is_ending:
                    return
                self._start_part(endpoint, context, worker, part)
            worker.is_started = True
            self._await_ping(worker)
        except (NotStarted, LaunchFailed) as error:
            worker.failure = str(error)[:LONGEST]
        except Exception as error:
            log.exception("instance %s of %s cannot be started", worker.instance_id, endpoint.arn)
            worker.failure = f"InternalServerError: {error}"[:LONGEST]
        self._baseplate.controllers.wake(endpoint.id)

    def _start_part(self, endpoint: Resource, context: Context, worker: Worker, part: Part) -> None:
        """One that an earlier server started is taken up if it lives, and started anew if it does not."""
        if self._runtime.state(part.folder).phase == "ended":
            self._logs.ship_rest(context, endpoint, worker, part)
            self._runtime.forget(part.folder)
        self._starter.start(context, part.order, self._logs.teller(context, endpoint, worker, part))
        if pid := self._runtime.supervisor_pid(part.folder):
            self._baseplate.watcher.watch_process(pid, endpoint.id)

    def _await_ping(self, worker: Worker) -> None:
        seconds = worker.variant.production.get("ContainerStartupHealthCheckTimeoutInSeconds", _STARTUP_SECONDS)
        deadline = time.monotonic() + seconds
        pause, longest = _PING_PAUSES
        waiting = list(worker.parts)
        while waiting := [part for part in waiting if not part.container.is_healthy()]:
            self._notice_end(worker)
            if worker.failure or worker.is_ending:
                return
            if time.monotonic() > deadline:
                worker.failure = self._failed_check(worker, waiting[0], f"It had {seconds:.0f} seconds for that.")
                return
            if self._closing.wait(pause):
                return
            pause = min(pause * 1.3, longest)
        worker.ready_since = time.monotonic()

    def _notice_end(self, worker: Worker) -> None:
        """A container that has ended fails its instance."""
        for part in worker.parts:
            state = self._runtime.state(part.folder)
            if state.phase == "ended":
                worker.failure = self._failed_check(worker, part, _ending(state))
                return

    def _failed_check(self, worker: Worker, part: Part, why: str) -> str:
        """AWS's sentence, what happened, and the container's last lines."""
        said = self._logs.last_lines(part.folder)
        text = (
            f"The {part.name} container for production variant {worker.variant.name} did not pass the ping health "
            f"check. Please check CloudWatch logs for this endpoint. {why}{said}"
        )
        return text[:LONGEST]

    def _end(self, endpoint: Resource, context: Context, worker: Worker) -> None:
        """In a thread of the pool: stop the jobs, keep their last output, remove their folders."""
        if worker.start and not worker.start.cancel():
            worker.start.result()  # which gives up as soon as it sees that the instance is to end
        try:
            for part in worker.parts:
                part.container.close()
                self._runtime.stop(part.folder)
            for part in worker.parts:
                if pid := self._runtime.supervisor_pid(part.folder):
                    wait_for_end(pid, _STOP_SECONDS)
                self._logs.ship_rest(context, endpoint, worker, part)
                self._runtime.forget(part.folder)
        except Exception:
            log.exception("instance %s of %s cannot be removed", worker.instance_id, endpoint.arn)
        self._workers[endpoint.id].pop(worker.number, None)
        self._baseplate.controllers.wake(endpoint.id)


def _observed(worker: Worker) -> Observed:
    is_idle = worker.busy.requests == 0
    if worker.failure:
        return Observed("failed", worker.failure, _served(worker), is_idle)
    return Observed("ready" if worker.is_ready else "starting", "", _served(worker), is_idle)


def _served(worker: Worker) -> float:
    return time.monotonic() - worker.ready_since if worker.ready_since is not None else 0.0


def _container_name(variant: Variant, index: int) -> str:
    """As AWS calls them in messages and log streams."""
    if len(variant.containers) == 1:
        return "primary"
    hostname = variant.containers[index].get("ContainerHostname")
    return str(hostname) if hostname else f"container-{index + 1}"


def _ending(state: JobState) -> str:
    message = state.message.rstrip(".") or "its process has ended"
    return f"{message[:1].upper()}{message[1:]}."
