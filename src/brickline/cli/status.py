"""`brickline status`: is a server there, and what is it doing?"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from brickline.cli.common import client, data_option, since
from brickline.connection.discovery import ServerInfo, running
from brickline.console.keys import link

_LISTS = (
    ("training jobs", "list_training_jobs", "TrainingJobSummaries", "TrainingJobName"),
    ("processing jobs", "list_processing_jobs", "ProcessingJobSummaries", "ProcessingJobName"),
)


@click.command("status")
@data_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(data: Path, as_json: bool) -> None:
    """Say whether a server runs, where, and which jobs are in progress. Exit code 1 where none runs."""
    info = running(data)
    if as_json:
        click.echo(json.dumps({"running": info is not None, "data": str(data), **(asdict(info) if info else {})}))
    elif info is None:
        click.echo(f"no server runs on {data}")
    else:
        _tell(info, data)
    sys.exit(0 if info else 1)


def _tell(info: ServerInfo, data: Path) -> None:
    click.echo(f"Brickline {info.version} runs at {info.endpoint_url} for {since(time.time() - info.started)}")
    click.echo(f"  pid      {info.pid}\n  proxy    {info.proxy_url}\n  data     {data}")
    click.echo(f"  account  {info.account}, region {info.region}")
    click.echo(f"  console  {link(data, info.endpoint_url)}")
    sagemaker = client(data, "sagemaker")
    for title, operation, result, name in _LISTS:
        for job in getattr(sagemaker, operation)(StatusEquals="InProgress", MaxResults=100)[result]:
            click.echo(f"  {title[:-1]:<15} {job[name]}, for {since(_age(job))}")


def _age(job: dict[str, Any]) -> float:
    return float(time.time() - job["CreationTime"].timestamp())
