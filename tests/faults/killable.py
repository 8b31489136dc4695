"""A server that can be killed."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from tests.clients.harness import brickline, client_variables

BUCKET = "faults"


class Killable:
    """A server on one data folder, one store and one port, that can be killed and started again."""

    def __init__(self, data: Path, store_url: str) -> None:
        self.data = data
        self.store_url = store_url
        self.port = 0
        self.start()

    def start(self) -> None:
        where = ("--data", str(self.data), "--port", str(self.port), "--proxy-port", "0", "--store", self.store_url)
        brickline("up", "--detach", *where)
        status = json.loads(brickline("status", "--data", str(self.data), "--json"))
        self.pid, self.url = status["pid"], status["endpoint_url"]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.variables = client_variables(self.data)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        while Path(f"/proc/{self.pid}").exists() and "zombie" not in Path(f"/proc/{self.pid}/status").read_text():
            time.sleep(0.005)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.variables["AWS_SESSION_TOKEN"],
            config=Config(retries={"total_max_attempts": 1}, read_timeout=20),
        )
