"""A job's log streams, and the metrics that are found in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.metrics import Metrics, Point
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.baseplate.shipping import Line, Shipment
from brickline.bricks.sagemaker.experiments.tracking import JobTracking
from brickline.bricks.sagemaker.jobs.endings import Remains
from brickline.bricks.sagemaker.jobs.measures import put_metrics
from brickline.bricks.sagemaker.jobs.metrics import MetricFinder
from brickline.bricks.sagemaker.jobs.plan import Plan
from brickline.bricks.sagemaker.jobs.reasons import LONGEST
from brickline.bricks.sagemaker.jobs.sandboxes import HostFolder
from brickline.bricks.sagemaker.jobs.uploads import read_small
from brickline.runtimes import read_output

_FAILURE = "/opt/ml/output/failure"
_MESSAGE = "/opt/ml/output/message"
_TAIL = 200


class JobLogs:
    """Ships the output of jobs' hosts. What has been shipped, and each metric's last value, is in `private`."""

    def __init__(self, baseplate: Baseplate, jobs: Resources) -> None:
        self._store = baseplate.store
        self._jobs = jobs
        self._metrics = Metrics(baseplate.store)
        self._tracking = JobTracking(baseplate)

    def teller(self, context: Context, job: Resource, plan: Plan) -> Callable[[str], None]:
        """Writes a line of the platform's own into the first host's stream."""
        shipment = _shipment(job, plan, plan.hosts[0])
        return lambda line: shipment.send(context, [(int(clock.now() * 1000), line)])

    def ship(self, context: Context, job: Resource, plan: Plan, host: str, folder: Path) -> None:
        """Send everything that a host has written since the last time."""
        finder = MetricFinder(plan.metric_regexes)
        while self._ship_some(context, job, plan, host, folder, finder):
            pass

    def final_metrics(self, job: Resource) -> list[dict[str, Any]]:
        """`FinalMetricDataList`: the last value of each metric."""
        return [
            {"MetricName": name, "Value": value, "Timestamp": time}
            for name, (value, time) in job.private.get("metrics", {}).items()
        ]

    def remains(self, folder: HostFolder, with_lines: bool) -> Remains:
        """What a host that has ended left behind."""
        return Remains(
            failure=read_small(folder.place(_FAILURE), LONGEST),
            message=read_small(folder.place(_MESSAGE), LONGEST),
            lines=last_lines(folder.root) if with_lines else (),
        )

    def _ship_some(
        self, context: Context, job: Resource, plan: Plan, host: str, folder: Path, finder: MetricFinder
    ) -> bool:
        """Up to a megabyte of output; metrics are kept in the same transaction. Whether there was any."""
        with self._store.write():
            fresh = resource_by_id(self._store, job.id)
            if fresh is None:
                return False
            shipped = fresh.private.setdefault("shipped", {})
            offset = shipped.get(host, 0)
            save = partial(shipped.__setitem__, host)
            lines = _shipment(job, plan, host).send_output(context, read_output, folder, offset, save)
            if shipped.get(host, 0) == offset:
                return False
            self._measure(context, fresh, plan, [*_points(finder, lines)])
            self._jobs.keep(fresh)
            return True

    def _measure(self, context: Context, job: Resource, plan: Plan, points: list[Point]) -> None:
        if points:
            job.private.setdefault("metrics", {}).update({point.name: (point.value, point.time) for point in points})
            self._metrics.put(job.arn, points)
            self._tracking.measured(context, plan.trial_component, points)
            put_metrics(context, plan, points)


def _shipment(job: Resource, plan: Plan, host: str) -> Shipment:
    """Streams are named after job, host and the time of creation: `job/algo-1-1764000000`."""
    return Shipment(plan.log_group, f"{plan.name}/{host}-{int(job.created)}")


def _points(finder: MetricFinder, lines: list[Line]) -> Iterator[Point]:
    return (Point(name, time / 1000, value) for time, text in lines for name, value in finder.find(text))


def last_lines(folder: Path) -> list[str]:
    """The end of what a job has written."""
    tail: deque[str] = deque(maxlen=_TAIL)
    offset = 0
    while True:
        lines, following = read_output(folder, offset)
        if following == offset:
            return list(tail)
        tail.extend(text for _, text in lines)
        offset = following
