"""Run by a test as a user without privileges: starts a sandbox that looks around, and prints what it found as JSON."""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path

from brickline.runtimes import Job, Limits, SandboxRuntime, read_output
from brickline.runtimes.sandbox.checks import user_namespaces

LOOK_AROUND = """
import json, os
def refused(action):
    try: action()
    except OSError: return True
    return False
print(json.dumps({
    "uid": os.getuid(),
    "pids": [name for name in os.listdir("/proc") if name.isdigit()],
    "usr is refused": refused(lambda: open("/usr/x", "w")),
    "sys is refused": refused(lambda: open("/proc/sys/vm/swappiness", "w")),
    "init is refused": refused(lambda: os.listdir("/proc/1/root")),
    "homes": os.listdir("/home"),
    "owner": os.stat("/tmp").st_uid,
}))
open("/tmp/left", "w").close()
os.chmod("/tmp", 0)
"""
HOG = "kept = []\nwhile True: kept.append(b'x' * 1_000_000)"
BOMB = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)"

runtime = SandboxRuntime()


def run(folder: Path, source: str, limits: Limits) -> str:
    runtime.start(Job(folder, ("/usr/bin/python3", "-I", "-c", source), {}, limits=limits))
    pid = runtime.supervisor_pid(folder)
    if pid is not None:
        select.select([os.pidfd_open(pid)], [], [], 30)
    return runtime.state(folder).reason


def main(place: Path) -> None:
    looked = run(place / "look", LOOK_AROUND, Limits())
    found = {} if looked else json.loads(read_output(place / "look", 0)[0][-1][1])
    found["namespaces"] = user_namespaces()[0]
    found["memory"] = run(place / "hog", HOG, Limits(memory_bytes=100 << 20))
    found["processes"] = run(place / "bomb", BOMB, Limits(processes=100))
    for folder in (place / "look", place / "hog", place / "bomb"):
        runtime.forget(folder)
    print(json.dumps(found))


main(Path(sys.argv[1]))
