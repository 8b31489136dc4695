"""The metrics of endpoints: collected while they answer, and put into CloudWatch in batches."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

log = logging.getLogger(__name__)

NAMESPACE = "AWS/SageMaker"
_FLUSH_SECONDS = 5.0
_MINUTE = 60
_MOST_VALUES = 150
"""Different values that one datum of PutMetricData takes."""
_MOST_DATA = 500
"""Data in one PutMetricData, of the 1,000 that it takes."""
_UNITS = {"ModelLatency": "Microseconds", "OverheadLatency": "Microseconds"}


@dataclass(frozen=True)
class Place:
    """Where measurements belong: a variant, in one minute."""

    account: str
    region: str
    endpoint: str
    variant: str
    minute: int


@dataclass(frozen=True)
class Measurement:
    """Of one invocation. Times are in seconds."""

    model: float
    overhead: float
    status: int
    """Of the model's answer; 500 where there was none."""
    instances: int
    """That the variant has."""


class Measures:
    """Collects in memory; a thread adds up and sends. Without a CloudWatch nothing is kept."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._lock = threading.Lock()
        self._new: list[tuple[Place, Measurement]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, context: Context, endpoint: str, variant: str, measured: Measurement) -> None:
        """Every invocation comes by here: it is only noted."""
        place = Place(context.account, context.region, endpoint, variant, int(clock.now()) // _MINUTE)
        with self._lock:
            self._new.append((place, measured))
            self._begin()

    def close(self) -> None:
        """Send what is there."""
        self._closing.set()
        if self._thread:
            self._thread.join()

    def flush(self) -> None:
        with self._lock:
            new, self._new = self._new, []
        if not new or not self._baseplate.has("cloudwatch", "PutMetricData"):
            return
        found: dict[tuple[str, str], list[Shape]] = defaultdict(list)
        for (place, metric), values in _added_up(new).items():
            found[place.account, place.region] += _data(place, metric, values)
        for (account, region), data in found.items():
            self._send(self._baseplate.context(account, region, "sagemaker.amazonaws.com"), data)

    def _send(self, context: Context, data: list[Shape]) -> None:
        for start in range(0, len(data), _MOST_DATA):
            batch = data[start : start + _MOST_DATA]
            try:
                context.call("cloudwatch", "PutMetricData", Namespace=NAMESPACE, MetricData=batch)
            except Refused as error:
                log.warning("metrics of endpoints are lost: %s", error)

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="endpoint-metrics", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._closing.wait(_FLUSH_SECONDS)
            try:
                self.flush()
            except Exception:
                log.exception("metrics of endpoints cannot be sent")


def _added_up(new: Iterable[tuple[Place, Measurement]]) -> dict[tuple[Place, str], Counter[float]]:
    """How often each value came."""
    series: dict[tuple[Place, str], Counter[float]] = defaultdict(Counter)
    for place, measured in new:
        for metric, value in _metrics(measured):
            series[place, metric][value] += 1
    return series


def _metrics(measured: Measurement) -> Iterator[tuple[str, float]]:
    yield "Invocations", 1.0
    yield "InvocationsPerInstance", 1.0 / max(measured.instances, 1)
    yield "Invocation4XXErrors", float(400 <= measured.status < 500)
    yield "Invocation5XXErrors", float(measured.status >= 500)
    yield "ModelLatency", float(round(measured.model * 1e6))
    yield "OverheadLatency", float(round(measured.overhead * 1e6))


def _data(place: Place, metric: str, values: Counter[float]) -> Iterator[Shape]:
    """The values of a minute, as often as they came, in pieces that PutMetricData takes."""
    pairs = sorted(values.items())
    for start in range(0, len(pairs), _MOST_VALUES):
        part = pairs[start : start + _MOST_VALUES]
        yield {
            "MetricName": metric,
            "Dimensions": [
                {"Name": "EndpointName", "Value": place.endpoint},
                {"Name": "VariantName", "Value": place.variant},
            ],
            "Timestamp": float(place.minute * _MINUTE),
            "Values": [value for value, _ in part],
            "Counts": [float(count) for _, count in part],
            "Unit": _UNITS.get(metric, "None"),
        }
