"""What every stage of the demo works with: clients, the bucket, the registry, and how things are followed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
from rich.console import Console

from brickline.cli import new
from brickline.demo import show

GROUP = "flight-delays"
ENDPOINT = "flight-delays"
MANIFESTS = "flights/manifests/"
ROLE = "SageMakerExecutionRole"
_PATIENCE = 60.0

Found = TypeVar("Found")


def repositories_beside(data: Path) -> Path:
    """The folder of the working copies that belong to a data folder."""
    return data.with_name(f"{data.name}-repositories")


class Account:
    """The account that the demo works in. Everything goes through unmodified boto3, git and SageMaker SDK."""

    def __init__(self, console: Console, data: Path) -> None:
        self.console = console
        self.data = data
        self.repositories = repositories_beside(data)
        self.s3: Any = boto3.client("s3")
        self.sagemaker: Any = boto3.client("sagemaker")
        self.runtime: Any = boto3.client("sagemaker-runtime")
        self.codepipeline: Any = boto3.client("codepipeline")
        self.codecommit: Any = boto3.client("codecommit")
        self.logs: Any = boto3.client("logs")
        self.events: Any = boto3.client("events")
        number = boto3.client("sts").get_caller_identity()["Account"]
        self.bucket = f"sagemaker-{self.s3.meta.region_name}-{number}"
        self.role = f"arn:aws:iam::{number}:role/{ROLE}"

    def title(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/]")

    def say(self, text: str) -> None:
        self.console.print(f"  {text}", soft_wrap=True)

    def repository(self, kind: str) -> Path:
        """A fresh copy of a repository template, as `brickline new` makes it."""
        folder = self.repositories / f"flights-{kind}"
        shutil.rmtree(folder, ignore_errors=True)
        new.copy(kind, folder)
        new.commit(folder)
        self.say(f"brickline new {kind} {folder}")
        return folder

    def run_pipeline(self, repository: Path, **parameters: str) -> str:
        """`run-pipeline` of a repository: makes the pipeline and starts it; gives the execution's ARN."""
        given = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
        command = [sys.executable, "-m", "pipelines.commands", "--no-wait", "--role-arn", self.role, *given]
        environment = {**os.environ, "SAGEMAKER_SUPPRESS_V2_WARNING": "1"}
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} in {repository}\n{done.stderr}")
        return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("execution "))

    def follow(self, execution: str) -> None:
        """Show an execution of a SageMaker pipeline until it has succeeded."""
        started = time.monotonic()
        status = show.follow(self.console, self.sagemaker, execution)
        self.say(f"{status} in {time.monotonic() - started:.1f} s")
        if status != "Succeeded":
            raise SystemExit(f"brickline logs {execution}  shows what happened")

    def write_manifest(self, days: list[str]) -> None:
        """The list of days that a model is to learn from, a SageMaker manifest."""
        prefix = {"prefix": f"s3://{self.bucket}/flights/days/"}
        body = json.dumps([prefix, *(f"{day}.csv" for day in days)])
        key = f"{MANIFESTS}until-{days[-1]}.manifest"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())

    def newest_package(self) -> dict[str, Any]:
        newest = self.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"][0]
        package: dict[str, Any] = self.sagemaker.describe_model_package(ModelPackageName=newest["ModelPackageArn"])
        return package

    def approve_newest(self) -> int:
        """Somebody approves the newest version; gives its number."""
        package = self.newest_package()
        self.sagemaker.update_model_package(
            ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved", ApprovalDescription="The demo"
        )
        return int(package["ModelPackageVersion"])

    def metrics(self, package: dict[str, Any]) -> dict[str, Any]:
        uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        report = json.load(self.s3.get_object(Bucket=bucket, Key=key)["Body"])
        return {name: metric["value"] for name, metric in report["binary_classification_metrics"].items()}

    def tell_newest(self) -> None:
        package = self.newest_package()
        metrics = self.metrics(package)
        self.say(
            f"version {package['ModelPackageVersion']}  AUC [bold]{metrics['auc']:.4f}[/] "
            f"on {metrics['flights']:,} flights never seen in training  {package['ModelApprovalStatus']}"
        )

    def wait_for(self, find: Callable[[], Found | None], what: str) -> Found:
        """What somebody else is to bring about. Raises SystemExit where it does not come."""
        until = time.monotonic() + _PATIENCE
        while (found := find()) is None:
            if time.monotonic() > until:
                raise SystemExit(f"{what} has not come; brickline rules dead-letters  may say why")
            time.sleep(0.05)
        return found
