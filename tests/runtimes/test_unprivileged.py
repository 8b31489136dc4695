"""The same sandbox without any privilege, where the tests run as root (elsewhere all the tests show it)."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src"
NOBODY = 65534


def usable_by_nobody() -> bool:
    command = ["/usr/bin/python3", "-c", f"import sys; sys.path.insert(0, {str(SOURCES)!r}); import brickline.runtimes"]
    if os.getuid() != 0 or not Path(command[0]).exists():
        return False
    return subprocess.run(command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True).returncode == 0


@pytest.mark.skipif("not usable_by_nobody()", reason="needs root, and a Python and sources that anybody may read")
def test_plain_user_gets_the_same_sandbox() -> None:
    with tempfile.TemporaryDirectory() as place:
        os.chown(place, NOBODY, NOBODY)
        command = ["/usr/bin/python3", str(Path(__file__).parent / "unprivileged_user.py"), place]
        done = subprocess.run(
            command,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert list(Path(place).iterdir()) == []
    assert json.loads(done.stdout) == {
        "uid": 0,
        "pids": ["1", "2"],
        "usr is refused": True,
        "sys is refused": True,
        "init is refused": True,
        "homes": [],
        "owner": 0,
        "namespaces": True,
        "memory": "memory",
        "processes": "processes",
    }
