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


def test_the_demo_goes_from_data_to_an_endpoint_that_events_keep_up_to_date(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "brickline.demo", "--data", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for version in (1, 2, 3):
        assert re.search(rf"version {version}  AUC 0\.[67]\d+", done.stdout), done.stdout
    assert "Hello from hello:" in done.stdout
    asked = re.search(r"([\d,]+) requests, 0 failed", done.stdout)
    assert asked, done.stdout
    assert int(asked[1].replace(",", "")) > 0
    assert done.stdout.count("816 flights: the likeliest to be late are") == 3
    _check_causes(done.stdout.split("Why does the endpoint serve this?")[1])
    for pid in _processes_of(tmp_path):
        wait_for_end(pid)
    assert _processes_of(tmp_path) == []


def _check_causes(why: str) -> None:
    """From the endpoint back to the upload, through both of the CodePipelines."""
    chain = (
        "endpoint/flight-delays",
        "pipeline/FlightServing/execution",
        "build/flights-serving",
        "rule/flights-approved",
        "SageMaker Model Package State Change",
        "pipeline/FlightDelays/execution",
        "build/flights-training",
        "rule/flights-uploaded",
        "Object Created",
        "assumed-role/SageMakerExecutionRole/brickline",
    )
    places = [why.rfind(name) for name in chain]
    assert -1 not in places, why
    assert places[1:] == sorted(places[1:]), why


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
