"""What steps gave in earlier executions of a pipeline: what the cache answers from."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Float, Index, RowMapping, String, Table, Text, delete, insert, select

from brickline.baseplate import schema
from brickline.baseplate.brick import Shape
from brickline.baseplate.store import Store, dumps

results = Table(
    "pipeline_results",
    schema.metadata,
    Column("id", schema.serial, primary_key=True, autoincrement=True),
    Column("pipeline", String(2048), nullable=False),
    Column("step", String(256), nullable=False),
    Column("key", String(64), nullable=False),
    Column("time", Float(53), nullable=False),
    Column("execution", String(2048), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("properties", Text, nullable=False),
)
Index("pipeline_results_by_key", results.c.pipeline, results.c.step, results.c.key, results.c.id)
Index("pipeline_results_by_step", results.c.pipeline, results.c.step, results.c.id)


@dataclass(frozen=True)
class Result:
    """A successful run of a step. `arguments` are those of the cache key."""

    key: str
    time: float
    execution: str
    arguments: Shape
    metadata: Shape
    properties: Shape


class Results:
    """Successful runs by pipeline (its ARN) and step."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.add_tables(results)

    def add(self, pipeline: str, step: str, result: Result) -> None:
        """Keep a result; it takes the place of an older one with the same key."""
        values = {**vars(result), **{name: dumps(getattr(result, name)) for name in _STRUCTURES}}
        alike = (results.c.pipeline == pipeline, results.c.step == step, results.c.key == result.key)
        with self._store.write() as connection:
            connection.execute(delete(results).where(*alike))
            connection.execute(insert(results).values(pipeline=pipeline, step=step, **values))

    def find(self, pipeline: str, step: str, key: str) -> Result | None:
        """The one with this key."""
        return self._latest(pipeline, step, results.c.key == key)

    def latest(self, pipeline: str, step: str) -> Result | None:
        """The most recent one, whatever its key."""
        return self._latest(pipeline, step)

    def forget(self, pipeline: str) -> None:
        with self._store.write() as connection:
            connection.execute(delete(results).where(results.c.pipeline == pipeline))

    def _latest(self, pipeline: str, step: str, *where: ColumnElement[bool]) -> Result | None:
        query = select(results).where(results.c.pipeline == pipeline, results.c.step == step, *where)
        with self._store.read() as connection:
            row = connection.execute(query.order_by(results.c.id.desc()).limit(1)).mappings().one_or_none()
        return _as_result(row) if row else None


_STRUCTURES = ("arguments", "metadata", "properties")


def _as_result(row: RowMapping) -> Result:
    structures = {name: json.loads(row[name]) for name in _STRUCTURES}
    return Result(key=row["key"], time=row["time"], execution=row["execution"], **structures)
