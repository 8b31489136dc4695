"""Run by a test in a mount namespace of its own: a job fills a small disk that holds its folder."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from brickline.runtimes import Job, Mount, SandboxRuntime, read_output

FILL = """
import os
print("filling", flush=True)
with open("/tmp/filler", "wb", buffering=0) as file:
    while True:
        file.write(bytes(4096))
"""

place, python, prefix = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=True)
folder = Path(place) / "job"
runtime = SandboxRuntime()
runtime.start(Job(folder, (python, "-I", "-c", FILL), {}, mounts=(Mount(Path(prefix), prefix),)))
pid = runtime.supervisor_pid(folder)
if pid is not None:
    select.select([os.pidfd_open(pid)], [], [], 30)
print(json.dumps([asdict(runtime.state(folder)), [line for _, line in read_output(folder, 0)[0]]]))
