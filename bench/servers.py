"""The servers that are measured: Brickline, and moto's server beside it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
PEERS = Path(__file__).parents[1] / ".clients" / "peers"
ACCOUNT_REGION = "us-east-1"


@dataclass(frozen=True)
class Server:
    """A server that runs: where it is, its keys, and its process."""

    name: str
    url: str
    keys: dict[str, str]
    pid: int

    def client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=ACCOUNT_REGION, config=config, **self.keys)

    def memory(self) -> int:
        """Resident bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise LookupError(self.pid)

    def processes(self) -> list[int]:
        """Everything that runs on the server's data folder: itself, launchers, jobs."""
        words = Path(f"/proc/{self.pid}/cmdline").read_bytes().split(b"\0")
        folder = words[words.index(b"--data") + 1]
        return [int(one.name) for one in Path("/proc").glob("[0-9]*") if folder in _command_line(one)]


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""  # it has ended


@contextmanager
def brickline(data: Path | None = None) -> Iterator[Server]:
    """A Brickline server on a data folder of its own, or on `data`."""
    folder = data or Path(tempfile.mkdtemp(prefix="brickline-bench-"))
    _command("up", "--detach", "--data", str(folder), "--port", "0", "--proxy-port", "0")
    try:
        yield brickline_at(folder)
    finally:
        _command("down", "--data", str(folder))
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def brickline_at(folder: Path) -> Server:
    """The server that runs on a data folder."""
    status = json.loads(_command("status", "--data", str(folder), "--json"))
    keys = json.loads((folder / "credentials.json").read_text())
    return Server(
        "Brickline",
        status["endpoint_url"],
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        },
        status["pid"],
    )


@contextmanager
def moto() -> Iterator[Server]:
    """moto's server, in an environment of its own."""
    program = peer("moto[server,s3,sagemaker]") / "moto_server"
    port = free_port()
    process = subprocess.Popen(
        [program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/moto-api/")
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        yield Server("moto", url, keys, process.pid)
    finally:
        process.kill()
        process.wait()


def peer(requirement: str, *more: str) -> Path:
    """The `bin` folder of an environment that has `requirement`, and what else it needs; named after it."""
    folder = PEERS / requirement.split("[")[0]
    if not (folder / "bin" / "python").exists():
        uv = str(BIN / "uv")
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
        subprocess.run(
            [uv, "pip", "install", "-q", "--compile-bytecode", "--python", folder / "bin/python", requirement, *more],
            check=True,
        )
    return folder / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 60) -> None:
    """Until the URL answers anything."""
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                return
            if time.monotonic() > until:
                raise
            time.sleep(0.005)


def _command(*arguments: str) -> str:
    done = subprocess.run([BIN / "brickline", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"brickline {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout
