"""`python metaflow_chain.py STEPS SCRIPT`: a chain of Metaflow steps, a process for each; `start` and `end` are two."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HEAD = """import runpy
from metaflow import FlowSpec, Parameter, step


class Chain(FlowSpec):
    script = Parameter("script")
"""
STEP = "\n    @step\n    def {name}(self):\n        runpy.run_path(self.script)\n{rest}"
TAIL = "\n\nif __name__ == '__main__':\n    Chain()\n"


def source(steps):
    names = ["start", *(f"step_{number}" for number in range(1, steps - 1)), "end"]
    following = [*names[1:], ""]
    parts = [
        STEP.format(name=name, rest=f"        self.next(self.{then})\n" if then else "")
        for name, then in zip(names, following, strict=True)
    ]
    return HEAD + "".join(parts) + TAIL


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        flow = Path(folder) / "flow.py"
        flow.write_text(source(int(sys.argv[1])))
        environment = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": folder, "METAFLOW_USER": "bench"}
        command = [sys.executable, str(flow), "--quiet", "run", "--script", sys.argv[2]]
        subprocess.run(command, check=True, env=environment, cwd=folder)
