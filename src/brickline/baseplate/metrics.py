"""Metric points: numbers over time, by the ARN of what they tell of. Jobs and experiment runs write them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, Float, Index, Integer, String, Table, insert, select

from brickline.baseplate import schema
from brickline.baseplate.store import Store

points = Table(
    "metric_points",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("arn", String(2048), nullable=False),
    Column("name", String(256), nullable=False),
    Column("time", Float(53), nullable=False),
    Column("step", Integer),
    Column("value", Float(53), nullable=False),
)
Index("metric_points_by_arn", points.c.arn, points.c.name, points.c.id)


@dataclass(frozen=True)
class Point:
    name: str
    time: float
    value: float
    step: int | None = None


@dataclass(frozen=True)
class Summary:
    """All points of one metric in short. `time` and `last` are those of the point written last."""

    name: str
    count: int
    smallest: float
    largest: float
    mean: float
    deviation: float
    last: float
    time: float


def read_points(store: Store, arn: str, name: str | None = None, newest: int | None = None) -> list[Point]:
    """In the order of writing; those of one metric, or of all; so many of the newest, or all."""
    query = select(points.c.name, points.c.time, points.c.value, points.c.step).where(points.c.arn == arn.lower())
    if name is not None:
        query = query.where(points.c.name == name)
    with store.read() as connection:
        rows = connection.execute(query.order_by(points.c.id.desc()).limit(newest)).mappings().all()
    return [Point(**row) for row in reversed(rows)]


class Metrics:
    """The points of all metrics."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.add_tables(points)

    def put(self, arn: str, new: Iterable[Point]) -> None:
        rows = [{"arn": arn.lower(), **vars(point)} for point in new]
        if rows:
            with self._store.write() as connection:
                connection.execute(insert(points), rows)

    def points(self, arn: str, name: str | None = None) -> list[Point]:
        """In the order of writing; those of one metric, or of all."""
        return read_points(self._store, arn, name)

    def summaries(self, arn: str) -> list[Summary]:
        series: dict[str, list[Point]] = {}
        for point in self.points(arn):
            series.setdefault(point.name, []).append(point)
        return [summary(found) for found in series.values()]


def summary(series: list[Point]) -> Summary:
    """`series` in short; it has one point at least."""
    values = [point.value for point in series]
    mean = math.fsum(values) / len(values)
    return Summary(
        name=series[-1].name,
        count=len(values),
        smallest=min(values),
        largest=max(values),
        mean=mean,
        deviation=math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values)),
        last=values[-1],
        time=series[-1].time,
    )
