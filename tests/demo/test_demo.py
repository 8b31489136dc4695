from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.runtimes.conftest import wait_for_end

from brickline.demo import flights


def test_the_flights_come_by_days() -> None:
    days = flights.days()
    assert len(days) == 365
    assert sum(day.count(b"\n") - 1 for day in days.values()) == 336_776


def test_the_demo_trains_registers_serves_and_replaces_without_a_failed_request(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "brickline.demo", "--data", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"version 2  AUC 0\.7\d+", done.stdout)
    assert "answered from cache" in done.stdout
    asked = re.search(r"([\d,]+) requests, 0 failed", done.stdout)
    assert asked, done.stdout
    assert int(asked[1].replace(",", "")) > 0
    assert done.stdout.count("816 flights: the likeliest to be late are") == 2
    why = done.stdout.split("Why did it run?")[1]
    assert "SageMaker Model Package State Change" in why
    assert "flights-approved" in why or "pipeline/FlightServing/execution" in why
    for pid in _processes_of(tmp_path):
        wait_for_end(pid)
    assert _processes_of(tmp_path) == []


def _processes_of(folder: Path) -> list[int]:
    """Whatever runs on a data folder still: servers, launchers, supervisors and their jobs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended
    return found
