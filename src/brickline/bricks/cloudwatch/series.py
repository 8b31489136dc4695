"""Metrics and their points in the store: a row for each minute (or second) of each metric and unit."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    Row,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from brickline.baseplate import clock, schema
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.store import Store
from brickline.bricks.cloudwatch.aggregates import Aggregate

_KEPT_SECONDS = 455 * 86400
_SWEEP_SECONDS = 3600.0

metrics = Table(
    "cloudwatch_metrics",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("namespace", schema.by_bytes(255), nullable=False),
    Column("name", schema.by_bytes(255), nullable=False),
    Column("dimensions", Text, nullable=False),
)
Index("cloudwatch_metrics_by_name", metrics.c.account, metrics.c.region, metrics.c.namespace, metrics.c.name)

points = Table(
    "cloudwatch_points",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("metric_id", schema.serial, nullable=False),
    Column("time", Integer, nullable=False),
    Column("resolution", Integer, nullable=False),
    Column("unit", String(32), nullable=False),
    Column("count", Float(53), nullable=False),
    Column("total", Float(53), nullable=False),
    Column("least", Float(53), nullable=False),
    Column("most", Float(53), nullable=False),
    Column("sketch", Text, nullable=False),
)
_place = (points.c.metric_id, points.c.time, points.c.resolution, points.c.unit)
Index("cloudwatch_points_by_time", *_place, unique=True)
Index("cloudwatch_points_by_age", points.c.time)


@dataclass(frozen=True)
class Metric:
    """Which metric: its dimensions are sorted pairs."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(namespace: str, name: str, dimensions: Iterable[Shape] | None) -> Metric:
        return Metric(namespace, name, tuple(sorted((one["Name"], one["Value"]) for one in dimensions or ())))

    @property
    def shape(self) -> Shape:
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


@dataclass(frozen=True)
class Moment:
    """A stretch of time of one unit: `resolution` seconds from `time` on."""

    time: int
    resolution: int
    unit: str


class SeriesStore:
    """Every metric of every account."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._swept = time.monotonic()
        store.add_tables(metrics, points)

    def add(self, context: Context, added: Mapping[Metric, Mapping[Moment, Aggregate]]) -> None:
        """Add values to what is there, all in one transaction."""
        with self._store.write() as connection:
            ids = self._ids(context, added)
            ids |= {metric: self._create(context, metric) for metric in added if metric not in ids}
            there = self._there(ids.values(), [moment for moments in added.values() for moment in moments])
            new: list[Shape] = []
            changed: list[Shape] = []
            for metric, moments in added.items():
                for moment, aggregate in ((moment, one) for moment, one in moments.items() if one.count):
                    place = (ids[metric], moment.time, moment.resolution, moment.unit)
                    if found := there.get(place):
                        aggregate.merge(_aggregate(found))
                        changed.append({"row": found["id"], **_columns(aggregate)})
                    else:
                        new.append({"metric_id": ids[metric], **vars(moment), **_columns(aggregate)})
            if new:
                connection.execute(insert(points), new)
            if changed:
                connection.execute(update(points).where(points.c.id == bindparam("row")), changed)
            self._sweep()

    def read(
        self, context: Context, metric: Metric, start: float, end: float, finest: int, unit: str | None
    ) -> list[tuple[Moment, Aggregate]]:
        """What was added from `start` up to `end`, as fine as it is kept but no finer than `finest`, in order."""
        metric_id = self._ids(context, [metric]).get(metric)
        if metric_id is None:
            return []
        wanted = [points.c.metric_id == metric_id, points.c.time >= start, points.c.time < end]
        wanted += [points.c.unit == unit] if unit else []
        # Points by the minute cannot be told apart by the second.
        wanted += [points.c.resolution <= finest]
        with self._store.read() as connection:
            rows = connection.execute(select(points).where(*wanted).order_by(points.c.time, points.c.id))
            return [(Moment(row["time"], row["resolution"], row["unit"]), _aggregate(row)) for row in rows.mappings()]

    def metrics(
        self, context: Context, namespace: str | None, name: str | None, active_since: float, after: int, limit: int
    ) -> list[tuple[int, Metric]]:
        """Metrics that have had values since a moment, in the order of their first one; with the ids to go on after."""
        wanted = [metrics.c.account == context.account, metrics.c.region == context.region, metrics.c.id > after]
        wanted += [metrics.c.namespace == namespace] if namespace else []
        wanted += [metrics.c.name == name] if name else []
        wanted.append(exists().where(points.c.metric_id == metrics.c.id, points.c.time >= active_since))
        with self._store.read() as connection:
            rows = connection.execute(select(metrics).where(*wanted).order_by(metrics.c.id).limit(limit))
            return [(row.id, _metric(row)) for row in rows]

    def _ids(self, context: Context, wanted: Collection[Metric]) -> dict[Metric, int]:
        """Of those that are there; some others may be among them."""
        query = select(metrics).where(
            metrics.c.account == context.account,
            metrics.c.region == context.region,
            metrics.c.namespace.in_({metric.namespace for metric in wanted}),
            metrics.c.name.in_({metric.name for metric in wanted}),
            metrics.c.dimensions.in_({_dimensions(metric) for metric in wanted}),
        )
        with self._store.read() as connection:
            return {_metric(row): row.id for row in connection.execute(query)}

    def _create(self, context: Context, metric: Metric) -> int:
        with self._store.write() as connection:
            made = connection.execute(
                insert(metrics).values(
                    account=context.account,
                    region=context.region,
                    namespace=metric.namespace,
                    name=metric.name,
                    dimensions=_dimensions(metric),
                )
            ).inserted_primary_key
        assert made is not None
        return int(made[0])

    def _there(self, ids: Iterable[int], moments: Sequence[Moment]) -> dict[tuple[int, int, int, str], RowMapping]:
        """The rows at these moments (and some beside them), by their places."""
        first, last = min(moment.time for moment in moments), max(moment.time for moment in moments)
        with self._store.read() as connection:
            rows = connection.execute(
                select(points).where(points.c.metric_id.in_({*ids}), points.c.time.between(first, last))
            )
            return {(row["metric_id"], row["time"], row["resolution"], row["unit"]): row for row in rows.mappings()}

    def _sweep(self) -> None:
        """Forget what CloudWatch would have forgotten, once in an hour."""
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept = time.monotonic()
            with self._store.write() as connection:
                connection.execute(delete(points).where(points.c.time < clock.now() - _KEPT_SECONDS))


def _dimensions(metric: Metric) -> str:
    return json.dumps(metric.dimensions)


def _metric(row: Row[Any]) -> Metric:
    return Metric(row.namespace, row.name, tuple((name, value) for name, value in json.loads(row.dimensions)))


def _aggregate(row: RowMapping) -> Aggregate:
    return Aggregate(row["count"], row["total"], row["least"], row["most"], json.loads(row["sketch"]))


def _columns(aggregate: Aggregate) -> Shape:
    return {**vars(aggregate), "sketch": json.dumps(aggregate.sketch)}
