"""A job's folders, and the guest's scripts started as real processes in a real environment."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import brickline.guest
from brickline.images.environments import BuiltEnvironment, Environments

GUEST = Path(brickline.guest.__file__).parent


@dataclass
class Job:
    """One training job on one host: what it is told, and how its process ended."""

    folder: Path
    environment: BuiltEnvironment
    hyperparameters: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def ml(self) -> Path:
        return self.folder / "ml"

    @property
    def failure(self) -> str:
        return (self.ml / "output" / "failure").read_text()

    def write(self, path: str, text: str) -> Path:
        """A file below /opt/ml."""
        place = self.ml / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def prepare(self) -> dict[str, str]:
        """Lay down the configuration, and return the process's variables."""
        hosts = ["algo-1"]
        group = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.xlarge", "hosts": hosts}
        resources = {
            "current_host": "algo-1",
            "current_instance_type": "ml.m5.xlarge",
            "current_group_name": "homogeneousCluster",
            "hosts": hosts,
            "instance_groups": [group],
            "network_interface_name": "eth0",
        }
        self.write("input/config/hyperparameters.json", json.dumps(self.hyperparameters))
        self.write("input/config/inputdataconfig.json", json.dumps(self.channels))
        self.write("input/config/resourceconfig.json", json.dumps(resources))
        for name in ("model", "output/data"):
            (self.ml / name).mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SAGEMAKER_BASE_DIR": str(self.ml),
            "BRICKLINE_LAYER": str(self.folder / "layer"),
            "TRAINING_JOB_NAME": "job-1",
            **self.environment.environment.variables,
            **self.variables,
        }

    def run(self, *command: str) -> int:
        """Start `command` as a job is started, and return its exit code; `output` is what it printed."""
        process = subprocess.run(
            [self.environment.python, GUEST / "start.py", *command],
            env=self.prepare(),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.output = process.stdout
        return process.returncode


@pytest.fixture(scope="session")
def sklearn_environment(environments: Environments) -> BuiltEnvironment:
    return environments.ensure("sagemaker-scikit-learn:1.2-1-cpu-py3", print)


@pytest.fixture(scope="session")
def xgboost_environment(environments: Environments) -> BuiltEnvironment:
    return environments.ensure("sagemaker-xgboost:3.0-5", print)


@pytest.fixture
def job(tmp_path: Path, sklearn_environment: BuiltEnvironment) -> Job:
    return Job(tmp_path, sklearn_environment)


@pytest.fixture
def xgboost_job(tmp_path: Path, xgboost_environment: BuiltEnvironment) -> Job:
    return Job(tmp_path, xgboost_environment)
