"""A pipeline's overhead per step, and a five-step pipeline beside the same scripts run bare."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

from bench.measures import Row, timed
from bench.servers import Server

SCRIPTS = Path(__file__).parent / "scripts"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
CODE = "/opt/ml/processing/input/code"


def measure(server: Server, full: bool) -> list[Row]:
    bench = Bench(server)
    rounds = 5 if full else 2
    chains = {length: bench.run(chain(bench, "noop.py", length)) for length in ((1, 10, 100) if full else (1, 10))}
    fan = 100 if full else 20
    fanned = bench.run(fan_out(bench, "noop.py", fan))
    bare_script = bench.bare("noop.py", 1)
    rows = [
        Row(
            f"chain of {length} no-op steps, each",
            {"Brickline": f"{(taken / length) * 1e3:.0f} ms"},
            "< 100 ms + script",
        )
        for length, taken in chains.items()
    ]
    rows.append(Row(f"fan of {fan} no-op steps, each", {"Brickline": f"{fanned / fan * 1e3:.0f} ms"}))
    rows.append(Row("the no-op script run bare", {"bare": f"{bare_script * 1e3:.0f} ms"}))
    bench.run(chain(bench, "work.py", 1))
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(bench.bare("work.py", 5))
        ours.append(bench.run(chain(bench, "work.py", 5)))
    figures = {"Brickline": f"{statistics.median(ours):.2f} s", "bare": f"{statistics.median(theirs):.2f} s"}
    rows.append(Row("five scikit-learn steps", figures, "< bare"))
    return rows


class Bench:
    """Pipelines made of the scripts here, on one server."""

    def __init__(self, server: Server) -> None:
        self.sagemaker = server.client("sagemaker")
        self.bucket = f"bench-{uuid.uuid4().hex[:12]}"
        s3 = server.client("s3")
        s3.create_bucket(Bucket=self.bucket)
        for script in SCRIPTS.glob("*.py"):
            s3.upload_file(str(script), self.bucket, f"code/{script.name}")

    def run(self, steps: list[dict[str, Any]]) -> float:
        """Seconds from the start of an execution to its end."""
        name = f"bench-{uuid.uuid4().hex[:8]}"
        definition = json.dumps({"Version": "2020-12-01", "Steps": steps})
        self.sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=ROLE)
        return timed(lambda: self._execute(name))

    def bare(self, script: str, times: int) -> float:
        """Seconds that the job environment's own Python takes for the script, so many times one after another."""
        python = python_of_image()
        return timed(lambda: [subprocess.run([python, SCRIPTS / script], check=True) for _ in range(times)])

    def step(self, name: str, script: str, depends: list[str]) -> dict[str, Any]:
        source = {"S3Uri": f"s3://{self.bucket}/code/{script}", "LocalPath": CODE, "S3DataType": "S3Prefix"}
        return {
            "Name": name,
            "Type": "Processing",
            "DependsOn": depends,
            "Arguments": {
                "RoleArn": ROLE,
                "ProcessingResources": {
                    "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
                },
                "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", f"{CODE}/{script}"]},
                "ProcessingInputs": [{"InputName": "code", "S3Input": {**source, "S3InputMode": "File"}}],
            },
        }

    def _execute(self, name: str) -> None:
        arn = self.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        while (found := self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))[
            "PipelineExecutionStatus"
        ] == "Executing":
            time.sleep(0.01)
        if found["PipelineExecutionStatus"] != "Succeeded":
            raise SystemExit(f"{arn}: {found}")


def python_of_image() -> Path:
    """The interpreter of the environment that stands for the image."""
    from brickline.baseplate.settings import Settings
    from brickline.images.catalogue import Catalogue
    from brickline.images.environments import Environments

    settings = Settings(data=Path())
    return Environments(settings.environments, Catalogue.load()).ensure(IMAGE, print).python


def chain(bench: Bench, script: str, length: int) -> list[dict[str, Any]]:
    return [bench.step(f"S{number}", script, [f"S{number - 1}"] if number else []) for number in range(length)]


def fan_out(bench: Bench, script: str, width: int) -> list[dict[str, Any]]:
    return [bench.step(f"S{number}", script, []) for number in range(width)]
