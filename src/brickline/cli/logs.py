"""`brickline logs`: what a job, an endpoint, a function, a build or a pipeline execution printed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import ClientError

from brickline.cli.common import client, data_option

_INTERVAL = 0.5
_BUILD = re.compile(r"[\w-]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_JOB_GROUPS = {
    "training-job": "/aws/sagemaker/TrainingJobs",
    "processing-job": "/aws/sagemaker/ProcessingJobs",
    "transform-job": "/aws/sagemaker/TransformJobs",
}
_STEP_JOBS = ("TrainingJob", "ProcessingJob", "TransformJob")
_FINAL = ("Completed", "Failed", "Stopped", "Succeeded", "CompletedWithFailures")


@dataclass(frozen=True)
class Source:
    """Streams of one group whose names begin with `prefix`; lines are marked with `label` where there are several."""

    group: str
    prefix: str
    label: str = ""


@click.command("logs")
@data_option
@click.option("--follow", "-f", is_flag=True, help="Go on until it has ended (a function, an endpoint: until Ctrl-C).")
@click.option("--times", is_flag=True, help="Put the time before each line.")
@click.argument("name", metavar="NAME-or-ARN")
def command(data: Path, follow: bool, times: bool, name: str) -> None:
    """Show what a job, an endpoint, a Lambda function, a build or a pipeline execution printed.

    A pipeline's name stands for its latest execution, a build project's for its latest build.

    \b
    brickline logs my-training-job --follow
    brickline logs arn:aws:sagemaker:...:pipeline/p/execution/abc123
    """
    finder = Finder(data)
    found = finder.find(name)
    if found is None:
        raise click.ClickException(
            f"no job, endpoint, function, build, project, pipeline or execution is called {name!r}"
        )
    seen: dict[Source, _Position] = {}
    try:
        while True:
            has_ended = finder.has_ended(found)
            for source in finder.sources(found):
                position = seen.setdefault(source, _Position())
                for event in position.read(finder.logs, source):
                    click.echo(_line(event, source.label, times))
            if has_ended or not follow:
                return
            time.sleep(_INTERVAL)
    except KeyboardInterrupt:
        return


class _Position:
    """How far a source has been shown."""

    def __init__(self) -> None:
        self._since = 0
        self._shown: set[str] = set()

    def read(self, logs: Any, source: Source) -> Iterator[dict[str, Any]]:
        """The events that are new, in the order of their times."""
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=source.group,
            startTime=self._since,
            **({"logStreamNamePrefix": source.prefix} if source.prefix else {}),
        )
        try:
            for event in (event for page in pages for event in page["events"]):
                if event["eventId"] not in self._shown:
                    self._shown.add(event["eventId"])
                    self._since = max(self._since, event["timestamp"] - 1000)
                    yield event
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise


@dataclass(frozen=True)
class Found:
    """What the name stands for: `kind` is that of a job, or endpoint, function, build or execution."""

    kind: str
    name: str


class Finder:
    """Looks names up, and says where their logs are."""

    def __init__(self, data: Path) -> None:
        self.logs = client(data, "logs")
        self._sagemaker = client(data, "sagemaker")
        self._lambda = client(data, "lambda")
        self._codebuild = client(data, "codebuild")

    def find(self, name: str) -> Found | None:
        if ":execution/" in name or "/execution/" in name:
            return self._if_there("execution", name)
        if _BUILD.fullmatch(build := name.rsplit(":build/", 1)[-1]):
            return self._if_there("build", build)
        short = name.rsplit("/", 1)[-1] if name.startswith("arn:aws:sagemaker") else name
        for kind in (*_JOB_GROUPS, "endpoint", "function"):
            if found := self._if_there(kind, short):
                return found
        return self._latest_execution(short) or self._latest_build(short)

    def has_ended(self, found: Found) -> bool:
        described = self._describe(found.kind, found.name)
        states = (*(f"{job}Status" for job in _STEP_JOBS), "PipelineExecutionStatus")
        return any(described.get(member) in _FINAL for member in states) or bool(described.get("buildComplete"))

    def sources(self, found: Found) -> list[Source]:
        if group := _JOB_GROUPS.get(found.kind):
            return [Source(group, f"{found.name}/")]
        if found.kind == "endpoint":
            return [Source(f"/aws/sagemaker/Endpoints/{found.name}", "")]
        if found.kind == "function":
            return [Source(f"/aws/lambda/{found.name.rsplit(':', 1)[-1]}", "")]
        if found.kind == "build":
            logs = self._describe(found.kind, found.name)["logs"]
            return [Source(logs["groupName"], logs["streamName"])] if "groupName" in logs else []
        return self._execution_sources(found.name)

    def _execution_sources(self, arn: str) -> list[Source]:
        _, pipeline, _, execution = arn.split("/")
        sources = [Source("/aws/sagemaker/Pipelines", f"{pipeline}/{execution}", "pipeline")]
        pages = self._sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        for step in (step for page in pages for step in page["PipelineExecutionSteps"]):
            sources += self._step_sources(step)
        return sources

    def _step_sources(self, step: dict[str, Any]) -> list[Source]:
        """A step that was answered from the cache printed nothing in this execution."""
        if "CacheHitResult" in step:
            return []
        metadata, label = step.get("Metadata", {}), step["StepName"]
        for job in _STEP_JOBS:
            if arn := metadata.get(job, {}).get("Arn"):
                return [Source(f"/aws/sagemaker/{job}s", f"{arn.rsplit('/', 1)[-1]}/", label)]
        return []

    def _if_there(self, kind: str, name: str) -> Found | None:
        try:
            if not self._describe(kind, name):
                return None
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                return None
            raise
        return Found(kind, name)

    def _latest_execution(self, pipeline: str) -> Found | None:
        try:
            newest = self._sagemaker.list_pipeline_executions(
                PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
            )["PipelineExecutionSummaries"]
        except ClientError:
            return None
        return Found("execution", newest[0]["PipelineExecutionArn"]) if newest else None

    def _latest_build(self, project: str) -> Found | None:
        try:
            newest = self._codebuild.list_builds_for_project(projectName=project)["ids"]
        except ClientError:
            return None
        return Found("build", newest[0]) if newest else None

    def _build(self, build_id: str) -> dict[str, Any]:
        builds: list[dict[str, Any]] = self._codebuild.batch_get_builds(ids=[build_id])["builds"]
        return builds[0] if builds else {}

    def _describe(self, kind: str, name: str) -> dict[str, Any]:
        calls: dict[str, Callable[[], dict[str, Any]]] = {
            "training-job": lambda: self._sagemaker.describe_training_job(TrainingJobName=name),
            "processing-job": lambda: self._sagemaker.describe_processing_job(ProcessingJobName=name),
            "transform-job": lambda: self._sagemaker.describe_transform_job(TransformJobName=name),
            "endpoint": lambda: self._sagemaker.describe_endpoint(EndpointName=name),
            "function": lambda: self._lambda.get_function_configuration(FunctionName=name),
            "build": lambda: self._build(name),
            "execution": lambda: self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=name),
        }
        return calls[kind]()


def _line(event: dict[str, Any], label: str, times: bool) -> str:
    moment = datetime.fromtimestamp(event["timestamp"] / 1000).astimezone()
    before = f"{moment:%H:%M:%S}.{event['timestamp'] % 1000:03} " if times else ""
    text = event["message"].replace("#011", "\t").rstrip("\n")
    return f"{before}{click.style(f'{label:<16} ', fg='cyan') if label else ''}{text}"
