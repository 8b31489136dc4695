"""The instances of a transform job: its model's containers, started, awaited, asked and ended."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.jobs.endings import failure_of
from brickline.bricks.sagemaker.jobs.logs import JobLogs, last_lines
from brickline.bricks.sagemaker.jobs.plan import Plan
from brickline.bricks.sagemaker.serving.connection import Answer, Container
from brickline.bricks.sagemaker.serving.containers import Containers, Order, plan_of
from brickline.runtimes import Runtime

LOG_GROUP = "/aws/sagemaker/TransformJobs"

_STARTUP_SECONDS = 600.0
_ENDING_SECONDS = 2.0
_PING_PAUSES = (0.005, 0.25)


class ContainerFailed(Exception):
    """A container ended, or never answered a ping; the message is the job's FailureReason."""


@dataclass(frozen=True)
class Part:
    """A container of an instance; `host` is its name in the log."""

    host: str
    order: Order
    container: Container


class Fleet:
    """The instances of one job. Everything but their clients is found again by the job's folders."""

    def __init__(
        self,
        baseplate: Baseplate,
        containers: Containers,
        runtime: Runtime,
        job: Resource,
        definitions: Sequence[Shape],
    ) -> None:
        self._baseplate = baseplate
        self._containers = containers
        self._runtime = runtime
        self._job = job
        count = job.document["TransformResources"]["InstanceCount"]
        self.instances = [self._instance(number, definitions) for number in range(count)]
        self._turns = cycle(self.instances)
        self._turn = threading.Lock()

    @property
    def plan(self) -> Plan:
        """Of the job as its logs need it."""
        hosts = tuple(part.host for part in self._parts)
        plan = plan_of(self._parts[0].order)
        return replace(plan, name=self._job.name, arn=self._job.arn, log_group=LOG_GROUP, hosts=hosts)

    def start(self, context: Context, logs: JobLogs) -> None:
        """Start what does not run. Raises NotStarted."""
        say = logs.teller(context, self._job, self.plan)
        for part in self._parts:
            self._containers.start(context, part.order, say)
            if pid := self._runtime.supervisor_pid(part.order.folder):
                self._baseplate.watcher.watch_process(pid, self._job.id)

    def wait_until_healthy(self, stop: threading.Event) -> None:
        """Until every container has answered a ping, or `stop` is set. Raises ContainerFailed."""
        deadline = time.monotonic() + _STARTUP_SECONDS
        pause, longest = _PING_PAUSES
        waiting = self._parts
        while waiting := [part for part in waiting if not part.container.is_healthy()]:
            self.check()
            if time.monotonic() > deadline:
                raise ContainerFailed("AlgorithmError: the model's container did not answer /ping in time")
            if stop.wait(pause):
                return
            pause = min(pause * 1.3, longest)

    def check(self) -> None:
        """Raises ContainerFailed where one has ended."""
        for part in self._parts:
            state = self._runtime.state(part.order.folder)
            if state.phase == "ended":
                raise ContainerFailed(failure_of(state, last_lines(part.order.folder)))

    def check_after_failure(self) -> None:
        """The same where requests have failed: a container that does not answer may be about to end."""
        end = time.monotonic() + _ENDING_SECONDS
        while not all(part.container.is_healthy() for part in self._parts) and time.monotonic() < end:
            self.check()
            time.sleep(_PING_PAUSES[0])

    def execution_parameters(self) -> Mapping[str, object]:
        return self.instances[0][0].container.execution_parameters()

    def invoke(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """Through the containers of one instance, in a row. Raises Unreachable, BrokenOff, TimeoutError."""
        with self._turn:
            instance = next(self._turns)
        answer = Answer(200, headers, body)
        for number, part in enumerate(instance):
            is_last = number == len(instance) - 1
            passed = {"content-type": answer.headers["content-type"]} if "content-type" in answer.headers else {}
            accept = {"accept": headers["accept"]} if is_last and "accept" in headers else {}
            answer = part.container.invoke(answer.body, {**passed, **accept}, timeout)
            if not 200 <= answer.status < 300:
                break
        return answer

    def ship(self, context: Context, logs: JobLogs) -> None:
        """What the containers have written since the last time."""
        plan = self.plan
        for part in self._parts:
            logs.ship(context, self._job, plan, part.host, part.order.folder)

    def abort(self) -> None:
        """End the requests that are on their way."""
        for part in self._parts:
            part.container.abort()

    def remove(self) -> None:
        for part in self._parts:
            self._runtime.forget(part.order.folder)

    @property
    def _parts(self) -> list[Part]:
        return [part for instance in self.instances for part in instance]

    def _instance(self, number: int, definitions: Sequence[Shape]) -> list[Part]:
        digest = hashlib.sha256(f"{self._job.arn}/{self._job.created}/{number}".encode()).hexdigest()
        several = len(definitions) > 1
        return [
            self._part(f"i-{digest[:17]}" + (f"-container-{index + 1}" if several else ""), f"{number}-{index}", one)
            for index, one in enumerate(definitions)
        ]

    def _part(self, host: str, folder: str, definition: Shape) -> Part:
        document = self._job.document
        order = Order(
            folder=self._baseplate.job_folder(self._job.id, folder),
            definition=definition,
            model=self._job.private["model"],
            token=str(self._job.id),
            variables={**document.get("Environment", {}), "SAGEMAKER_BATCH": "true"},
        )
        return Part(host, order, self._containers.container(order))
