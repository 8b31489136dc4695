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
    rows += [*executions(bench, 1000 if full else 50, 50), memory(server)]
    rows.append(Row("the no-op script run bare", {"bare": f"{bare_script * 1e3:.0f} ms"}))
    bench.run(chain(bench, "work.py", 1))
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(bench.bare("work.py", 5))
        ours.append(bench.run(chain(bench, "work.py", 5)))
    figures = {"Brickline": f"{statistics.median(ours):.2f} s", "bare": f"{statistics.median(theirs):.2f} s"}
    rows.append(Row("five scikit-learn steps", figures, "< bare"))
    return rows


def executions(bench: Bench, count: int, at_once: int) -> list[Row]:
    """Executions of a pipeline of one no-op step: one after another, and many at a time."""
    name = bench.create(chain(bench, "noop.py", 1))
    first, rest = _thirds([timed(lambda: bench.execute(name)) for _ in range(count)])
    together = timed(lambda: bench.execute(name, at_once))
    figures = {"Brickline": f"{first * 1e3:.0f} ms each at first, {rest * 1e3:.0f} ms at the end"}
    return [
        Row(f"{count:,} executions one after another", figures, "as fast at the end"),
        Row(f"{at_once} executions at once", {"Brickline": f"{together:.1f} s"}),
    ]


def _thirds(taken: list[float]) -> tuple[float, float]:
    """The medians of the first third and the last one."""
    third = max(len(taken) // 3, 1)
    return statistics.median(taken[:third]), statistics.median(taken[-third:])


def memory(server: Server) -> Row:
    """What is the server's own, and what all of its launchers have together, shared pages counted once."""
    launchers = [pid for pid in server.processes() if pid != server.pid]
    used = sum(_proportional(pid) for pid in launchers) / 2**20
    figure = f"{server.memory() / 2**20:.0f} MB, {used:.0f} MB in {len(launchers)} processes"
    return Row("memory of the server, and of launchers and what they have forked", {"Brickline": figure})


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


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
        name = self.create(steps)
        return timed(lambda: self.execute(name))

    def create(self, steps: list[dict[str, Any]]) -> str:
        """A pipeline of the steps; gives its name."""
        name = f"bench-{uuid.uuid4().hex[:8]}"
        definition = json.dumps({"Version": "2020-12-01", "Steps": steps})
        self.sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=ROLE)
        return name

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

    def execute(self, name: str, times: int = 1) -> None:
        """Start so many executions, and wait until all have succeeded."""
        starts = (self.sagemaker.start_pipeline_execution(PipelineName=name) for _ in range(times))
        for arn in [start["PipelineExecutionArn"] for start in starts]:
            self._wait(arn)

    def _wait(self, arn: str) -> None:
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
