"""Describe and List on a hundred, ten thousand and (in the full run) a million rows of the same kind."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.measures import Row, each
from bench.servers import brickline
from brickline.baseplate import schema
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind
from brickline.baseplate.settings import Settings
from brickline.baseplate.store import dumps
from brickline.bricks.sagemaker.kinds import TRAINING_JOB
from brickline.bricks.sagemaker.pipelines.kinds import EXECUTION, PIPELINE

Call = tuple[str, dict[str, Any]]

BATCH = 20_000
FIRST = 1_700_000_000.0
"""When the first row was made, in epoch seconds; the others follow by the second."""
STATUSES = ("Completed", "Completed", "Stopped", "Failed")
PARENT = "bench"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"


def measure(full: bool) -> list[Row]:
    """Rows of figures, a column per size."""
    sizes = (100, 10_000, 1_000_000) if full else (100, 10_000)
    figures: dict[str, dict[str, str]] = {}
    for size in sizes:
        for what, figure in _figures(size):
            figures.setdefault(what, {})[f"{size:,} rows"] = figure
    return [Row(what, by_size, "as with 100" if what in calls(0) else "") for what, by_size in figures.items()]


def calls(size: int) -> dict[str, Call]:
    """What is called where there are `size` training jobs and executions."""
    execution = f"arn:aws:sagemaker:us-east-1:123456789012:pipeline/{PARENT}/execution/{_name(50)}"
    jobs = "list_training_jobs"
    return {
        "DescribeTrainingJob": ("describe_training_job", {"TrainingJobName": _name(50)}),
        "ListTrainingJobs, newest": (jobs, {"SortBy": "CreationTime", "SortOrder": "Descending"}),
        "ListTrainingJobs by name": (jobs, {"SortBy": "Name"}),
        "ListTrainingJobs by status": (jobs, {"SortBy": "Status", "SortOrder": "Descending"}),
        "ListTrainingJobs, the last page": (jobs, {"CreationTimeAfter": FIRST + size - 6}),
        "ListTrainingJobs that failed": (jobs, {"StatusEquals": "Failed"}),
        "ListTrainingJobs of a status that none has, by name": (jobs, {"StatusEquals": "Stopping", "SortBy": "Name"}),
        "ListTrainingJobs of a name that none has": (jobs, {"NameContains": "nothing"}),
        "DescribePipelineExecution": ("describe_pipeline_execution", {"PipelineExecutionArn": execution}),
        "ListPipelineExecutions": ("list_pipeline_executions", {"PipelineName": PARENT}),
    }


def _figures(size: int) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="brickline-bench-") as folder:
        _fill(Path(folder), size)
        with brickline(Path(folder)) as server:
            client = server.client("sagemaker")
            for what, (operation, request) in calls(size).items():
                taken = each(30, lambda: getattr(client, operation)(**request))  # noqa: B023  # called at once
                yield what, f"{statistics.median(taken) * 1e3:.1f} ms"
            yield "memory of the server after these", f"{server.memory() / 1e6:.0f} MB"


def _fill(data: Path, size: int) -> None:
    """Rows as the operations leave them, put into the store without running anything."""
    baseplate = Baseplate(Settings(data=data), {})
    for kind, count, parent in ((PIPELINE, 1, ""), (TRAINING_JOB, size, ""), (EXECUTION, size, PARENT)):
        for start in range(0, count, BATCH):
            rows = [_row(baseplate, kind, number, parent) for number in range(start, min(start + BATCH, count))]
            with baseplate.store.write() as connection:
                connection.execute(insert(schema.resources), rows)
    baseplate.close()


def _name(number: int) -> str:
    return f"row-{number:07}"


def _row(baseplate: Baseplate, kind: Kind, number: int, parent: str) -> dict[str, Any]:
    context = baseplate.context()
    name = PARENT if kind is PIPELINE else _name(number)
    arn, created = kind.arn_of(context, name, parent), FIRST + number
    status = STATUSES[number % len(STATUSES)]
    document = {
        kind.name_member: name,
        kind.arn_member: arn,
        kind.status_member: status,
        "CreationTime": created,
        "LastModifiedTime": created + 60,
        "PipelineArn": PIPELINE.arn_of(context, PARENT),
        "PipelineVersionId": 1,
        "RoleArn": ROLE,
        "HyperParameters": {f"parameter-{index}": "0.123456" for index in range(30)},
    }
    return {
        "account": context.account,
        "region": context.region,
        "kind": kind.key,
        "parent": parent,
        "lookup": name,
        "name": name,
        "arn": arn,
        "arn_lookup": arn.lower(),
        "status": status,
        "created": created,
        "modified": created + 60,
        "unfinished": False,
        "owner": 0,
        "cause": "",
        "principal": "",
        "document": dumps(document),
        "private": "{}",
        "tags": "{}",
    }
