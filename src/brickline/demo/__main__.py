"""`python -m brickline.demo [--keep]`: stages 1, 2 and 6 on real data, in about a minute."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import brickline
from brickline.demo import flights, show
from brickline.demo.load import Load

FIRST_DAYS = "2013-12-07"
MORE_DAYS = "2013-12-14"
TOMORROW = "2013-12-15"
NEW_DAYS = "2013-12-21"
_ASKED = 10
"""Flights that each request of the load asks about."""
_AFTERWARDS = 2.0
"""Seconds for which the load goes on, once version 2 is there."""


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path(".brickline/demo"), help="The demo's data folder."
)
@click.option("--keep", is_flag=True, envvar="KEEP", help="Leave the server running at the end.")
def main(data: Path, keep: bool) -> None:
    """Train, evaluate and register a model of late flights, twice, and serve it: version 2 takes over under load."""
    _quieten()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    started = time.monotonic()
    _fresh(data)
    brickline.connect(data=data, port=0)
    try:
        Demo(console, data).run()
        console.print(f"\nAll of it took {time.monotonic() - started:.0f} seconds. What to try next:")
        _next_steps(console, data, keep)
    finally:
        if not keep:
            _stop(data)


class Demo:
    """The story, told step by step. Everything goes through the unmodified SageMaker SDK and boto3."""

    def __init__(self, console: Console, data: Path) -> None:
        import boto3
        import sagemaker
        from sagemaker.workflow.pipeline_context import PipelineSession

        self.console = console
        self.data = data
        self.session = PipelineSession()
        self.role = sagemaker.get_execution_role()
        self.bucket = self.session.default_bucket()
        self.s3: Any = boto3.client("s3")
        self.sagemaker: Any = boto3.client("sagemaker")

    def run(self) -> None:
        from brickline.demo.pipeline import PIPELINE

        days = self.upload()
        self.create_pipeline()
        for version, last_day in ((1, FIRST_DAYS), (2, MORE_DAYS)):
            self.title(f"Version {version}: the flights until {last_day}")
            manifest = self.write_manifest([day for day in days if day <= last_day])
            self.execute(PIPELINE, FlightsManifest=manifest)
            self.tell()
        self.compare()
        self.serve()
        self.join(days)

    def upload(self) -> list[str]:
        self.title("Data: the flights that left New York in 2013")
        days = flights.days()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._put_day, days, days.values()))
        self.s3.put_object(Bucket=self.bucket, Key="flights/weather/weather.csv", Body=flights.weather())
        rows = sum(day.count(b"\n") - 1 for day in days.values())
        self.console.print(f"  {rows:,} flights in {len(days)} files below s3://{self.bucket}/flights/days/")
        return list(days)

    def create_pipeline(self) -> None:
        from brickline.demo.pipeline import get_pipeline

        self.title("Pipeline: training")
        answer = get_pipeline(self.session, self.role, self.bucket).upsert(self.role)
        self.console.print(f"  {answer['PipelineArn']}", soft_wrap=True)

    def write_manifest(self, days: list[str]) -> str:
        """The list of files that an execution reads, a SageMaker manifest; gives its key."""
        from brickline.demo.joins import MANIFESTS

        key = f"{MANIFESTS}until-{days[-1]}.manifest"
        prefix = {"prefix": f"s3://{self.bucket}/flights/days/"}
        body = json.dumps([prefix, *(f"{day}.csv" for day in days)])
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        return key

    def execute(self, pipeline: str, **parameters: str) -> None:
        answer = self.sagemaker.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        )
        self.follow(answer["PipelineExecutionArn"])

    def follow(self, execution: str) -> None:
        started = time.monotonic()
        status = show.follow(self.console, self.sagemaker, execution)
        self.console.print(f"  {status} in {time.monotonic() - started:.1f} s")
        if status != "Succeeded":
            raise SystemExit(f"brickline logs {execution}  shows what happened")

    def tell(self) -> None:
        metrics = self.metrics(self.newest_package())
        self.console.print(
            f"  AUC [bold]{metrics['auc']:.4f}[/] on {metrics['flights']:,} flights never seen in training"
        )

    def newest_package(self) -> dict[str, Any]:
        from brickline.demo.pipeline import GROUP

        newest = self.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"][0]
        package: dict[str, Any] = self.sagemaker.describe_model_package(ModelPackageName=newest["ModelPackageArn"])
        return package

    def metrics(self, package: dict[str, Any]) -> dict[str, Any]:
        uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        report = json.load(self.s3.get_object(Bucket=bucket, Key=key)["Body"])
        return {name: metric["value"] for name, metric in report["binary_classification_metrics"].items()}

    def compare(self) -> None:
        from brickline.demo.pipeline import GROUP

        self.title(f"Registry: {GROUP}")
        for summary in self.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]:
            package = self.sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
            container = package["InferenceSpecification"]["Containers"][0]
            auc = self.metrics(package)["auc"]
            line = f"  version {summary['ModelPackageVersion']}  AUC {auc:.4f}  {summary['ModelApprovalStatus']}"
            self.console.print(line, container["ModelDataUrl"], soft_wrap=True)

    def serve(self) -> None:
        """Version 1 goes live; version 2 takes its place while clients go on asking."""
        import boto3

        from brickline.demo.serving_pipeline import ENDPOINT, SERVING, get_pipeline

        self.title(f"Serving: {SERVING}, version 1 behind the endpoint {ENDPOINT}")
        get_pipeline(self.session, self.role).upsert(self.role)
        self.execute(SERVING, Version="1")
        runtime = boto3.client("sagemaker-runtime")
        tomorrow = flights.features(TOMORROW)
        self.predict(runtime, tomorrow)
        self.title("Version 2 takes over, while clients go on asking")
        with Load(runtime, ENDPOINT, tomorrow.first(_ASKED)) as load:
            self.execute(SERVING, Version="2")
            time.sleep(_AFTERWARDS)
        self.console.print(f"  {load}")
        self.predict(runtime, tomorrow)

    def join(self, days: list[str]) -> None:
        """From here on nobody starts anything: an upload trains, an approval serves."""
        import boto3

        from brickline.demo import joins
        from brickline.demo.pipeline import PIPELINE
        from brickline.demo.serving_pipeline import SERVING

        self.title(f"Events: an upload trains; the flights until {NEW_DAYS} arrive")
        joins.join(self.s3, boto3.client("events"), self.sagemaker, self.role, self.bucket)
        before = joins.newest_execution(self.sagemaker, PIPELINE)
        self.write_manifest([day for day in days if day <= NEW_DAYS])
        self.follow(joins.next_execution(self.sagemaker, PIPELINE, before))
        self.tell()
        self.title("Events: an approval serves; somebody approves version 3")
        before = joins.newest_execution(self.sagemaker, SERVING)
        package = self.newest_package()["ModelPackageArn"]
        self.sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
        serving = joins.next_execution(self.sagemaker, SERVING, before)
        self.follow(serving)
        self.why(serving)

    def why(self, arn: str) -> None:
        """The chain of causes, as the command line tells it."""
        from brickline.cli import main as command

        self.title("Why did it run? (brickline why)")
        command(["why", "--data", str(self.data), arn], standalone_mode=False)

    def predict(self, runtime: Any, day: flights.Features) -> None:
        from brickline.demo.serving_pipeline import ENDPOINT

        answer = runtime.invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="text/csv", Accept="application/json", Body=day.body
        )
        scores = json.load(answer["Body"])
        latest = sorted(zip(scores, day.names, strict=True), reverse=True)[:3]
        told = ", ".join(f"{name} ({score:.0%})" for score, name in latest)
        self.console.print(f"  {day.date}, {len(scores)} flights: the likeliest to be late are {told}")

    def title(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/]")

    def _put_day(self, day: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"flights/days/{day}.csv", Body=body)


def _quieten() -> None:
    """The SDK's own chatter is not the story."""
    os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
    warnings.filterwarnings("ignore")
    for name in ("sagemaker", "sagemaker.config", "boto3", "botocore"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _fresh(data: Path) -> None:
    """Each demo starts from nothing, so that it always registers versions 1 and 2."""
    if data.exists():
        _stop(data)
        shutil.rmtree(data)


def _stop(data: Path) -> None:
    from brickline.cli import main as command

    command(["down", "--data", str(data)], standalone_mode=False)


def _next_steps(console: Console, data: Path, keep: bool) -> None:
    brickline_command = ".venv/bin/brickline"
    if not keep:
        console.print(
            f"  {brickline_command} up --detach --data {data}   # the demo's server again, with all that is in it"
        )
    console.print(f'  eval "$({brickline_command} env --data {data})"        # then boto3, aws and the SDK reach it')
    console.print("  aws s3 ls --recursive s3://sagemaker-us-east-1-123456789012/flights/manifests/")
    console.print(f"  {brickline_command} logs --data {data} FlightDelays   # what the steps printed")


if __name__ == "__main__":
    main()
