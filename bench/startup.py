"""From the command to the first reply, and the memory of an idle server."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench.measures import Row
from bench.servers import BIN, brickline, free_port, moto, peer, wait_for


def measure(full: bool) -> list[Row]:
    rounds = 10 if full else 3
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        _start_brickline(Path(folder))  # the first start makes the CA and the store
        for _ in range(rounds):
            ours.append(_start_brickline(Path(folder)))
            theirs.append(_start_moto())
    with brickline() as server, moto() as other:
        memory = {server.name: server.memory(), other.name: other.memory()}
    return [
        Row(
            "start to first reply",
            {"Brickline": f"{statistics.median(ours):.2f} s", "moto": f"{statistics.median(theirs):.2f} s"},
            "< 0.6 s",
        ),
        Row("memory of the idle server", {name: f"{size / 1e6:.0f} MB" for name, size in memory.items()}, "< 120 MB"),
    ]


def _start_brickline(folder: Path) -> float:
    port = free_port()
    command = [BIN / "brickline", "up", "--data", folder, "--port", str(port), "--proxy-port", "0"]
    return _first_reply(command, f"http://127.0.0.1:{port}/_brickline/health")


def _start_moto() -> float:
    port = free_port()
    return _first_reply(
        [peer("moto[server,s3,sagemaker]") / "moto_server", "-p", str(port)], f"http://127.0.0.1:{port}"
    )


def _first_reply(command: list[object], url: str) -> float:
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        wait_for(url)
        return time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
