"""A job that uses too much is ended, and the reason is said with numbers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from brickline.runtimes import Limits

MIB = 1 << 20


@pytest.mark.parametrize(
    ("source", "limits", "reason", "message"),
    [
        ("kept = []\nwhile True: kept.append(b'x' * 1_000_000)", Limits(memory_bytes=100 * MIB), "memory", "100 MiB"),
        (
            "import os\nfor _ in range(4): os.fork()\nkept = b'x' * 20_000_000\nimport time; time.sleep(60)",
            Limits(memory_bytes=100 * MIB),
            "memory",
            "its limit is 100 MiB",
        ),
        (
            "while True:\n    with open('/tmp/filler', 'ab') as file: file.write(b'x' * 1_000_000)",
            Limits(disk_bytes=50 * MIB),
            "disk",
            "its limit is 50 MiB",
        ),
        (
            "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)",
            Limits(processes=100),
            "processes",
            "its limit is 100",
        ),
    ],
    ids=["memory", "memory of many", "disk", "fork bomb"],
)
def test_job_that_exhausts_its_limit_is_ended(
    sandboxes: Any, source: str, limits: Limits, reason: str, message: str
) -> None:
    state = sandboxes.run(source, limits=limits)
    assert (state.reason, state.signal) == (reason, 9)
    assert message in state.message


def test_shared_memory_file_system_is_as_large_as_the_memory_limit(sandboxes: Any) -> None:
    source = """
import errno, json, os
try:
    with open("/dev/shm/filler", "wb") as file:
        while True: file.write(bytes(1_000_000))
except OSError as error:
    print(json.dumps(errno.errorcode[error.errno]), flush=True)
"""
    state = sandboxes.run(source, limits=Limits(memory_bytes=64 * MIB))
    assert state.reason == "memory" or "ENOSPC" in sandboxes.output()[-1]


def test_pages_that_forked_processes_share_count_once(sandboxes: Any) -> None:
    source = """
import json, os, time
kept = bytearray(60 * 1024 * 1024)
children = []
for _ in range(4):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.5)
        os._exit(0)
    children.append(pid)
for pid in children: os.waitpid(pid, 0)
print(json.dumps("done"))
"""
    assert sandboxes.answer(source, limits=Limits(memory_bytes=150 * MIB)) == "done"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare(1) to mount a small disk")
def test_full_disk_is_told_even_though_nothing_more_can_be_written(tmp_path: Path) -> None:
    arguments = [str(tmp_path), os.path.realpath(sys.executable), sys.base_prefix]
    driver = [sys.executable, str(Path(__file__).parent / "full_disk.py"), *arguments]
    done = subprocess.run(["unshare", "-Urm", *driver], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    state, output = json.loads(done.stdout)
    assert (state["phase"], state["reason"], state["exit_code"]) == ("ended", "disk", 1)
    assert state["message"].startswith("the disk that holds the job's files is full: 0 MiB free")
    assert output[:1] == ["filling"] or "bytes of output found no room on the disk" in state["message"]
