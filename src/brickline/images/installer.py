"""Makes a virtual environment and installs packages into it: with uv, or with venv and pip where uv is missing."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from brickline.images.indexes import Indexes

Log = Callable[[str], None]

_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_TOOLS = ("pip", "setuptools<81", "wheel")
"""Scripts call `pip3 install`; source distributions and `pkg_resources` of older packages need the other two."""


class EnvironmentFailed(Exception):
    """An environment could not be built; the message carries the lines of uv or pip that explain it."""


class Installer:
    """Builds virtual environments. uv keeps what it downloads in `cache` and hard-links it into each of them."""

    def __init__(self, cache: Path, log: Log) -> None:
        self._uv = uv_command()
        self._variables = {**os.environ, "UV_CACHE_DIR": str(cache), "UV_NO_PROGRESS": "1", "UV_HTTP_RETRIES": "2"}
        self._indexes = Indexes.of_this_machine()
        self._log = log

    def make(self, prefix: Path, interpreter: Path) -> None:
        """An empty virtual environment at `prefix`, in place of whatever is there. Raises EnvironmentFailed."""
        if self._uv:
            self._run([*self._uv, "venv", "-q", "--clear", "--no-project", "--python", str(interpreter), str(prefix)])
        else:
            self._run([str(interpreter), "-m", "venv", "--clear", str(prefix)])

    def install(self, prefix: Path, requirements: tuple[str, ...], cpu_builds: tuple[str, ...] = ()) -> None:
        """Installs `requirements`, and the tools that scripts expect. Raises EnvironmentFailed.

        Those that `cpu_builds` names are installed as CPU builds where such can be had.
        """
        python = str(prefix / "bin" / "python")
        if not self._uv:
            self._run([python, "-m", "pip", "install", "--no-input", *_TOOLS, *requirements])
            return
        options = [*self._indexes.options, *self._indexes.find_links]
        wanted = []
        for requirement in requirements:
            if _package(requirement) in cpu_builds:
                chosen, source = self._cpu_build(python, requirement)
                wanted.append(chosen)
                options += source
            else:
                wanted.append(requirement)
        # Jobs see the environment read-only: byte code that is not compiled now is compiled anew by every job.
        self._run([*self._uv, "pip", "install", "--compile-bytecode", "--python", python, *options, *_TOOLS, *wanted])

    def _cpu_build(self, python: str, requirement: str) -> tuple[str, list[str]]:
        """A pin of the CPU build of `torch==2.3.0` - of that version or, where there is none, of one that pip's
        find-links hold - and the options to find it by."""
        index = ["--index", os.environ.get("BRICKLINE_CPU_INDEX", _CPU_INDEX)]
        beside = ["--no-index", *self._indexes.find_links]
        for options, wanted in (
            (beside, f"{requirement}+cpu"),
            (index, f"{requirement}+cpu"),
            (beside, _package(requirement)),
        ):
            pin = self._pin(python, options, wanted)
            if pin.endswith("+cpu"):
                if pin != f"{requirement}+cpu":
                    self._log(f"no CPU build of {requirement} can be had; using {pin}")
                return pin, index if options is index else []
        self._log(f"no CPU build of {requirement} can be had: taking the default build, which may be very large")
        return requirement, []

    def _pin(self, python: str, options: list[str], requirement: str) -> str:
        """What `requirement` resolves to with these options, as `torch==2.3.0+cpu`; empty where it does not."""
        command = [*self._uv, "pip", "compile", "-q", "--no-deps", "--no-header", "--no-annotate", "--python", python]
        done = subprocess.run(
            [*command, *options, "-"],
            input=requirement,
            env=self._variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def _run(self, command: list[str]) -> None:
        """Run to the end, with each line of output in the log. Raises EnvironmentFailed."""
        lines = []
        process = subprocess.Popen(
            command,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        with process:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                self._log(line.rstrip())
        if process.returncode:
            raise EnvironmentFailed(explanation(lines) or f"{command[0]} ended with exit code {process.returncode}")


def uv_command() -> list[str]:
    """How to run the uv of this Python's environment; empty where it has none."""
    return [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") else []


def explanation(lines: list[str], limit: int = 800) -> str:
    """The lines of uv's or pip's output that say what went wrong: from the first one that speaks of an error."""
    starts = [number for number, line in enumerate(lines) if re.match(r"\s*(error\b|×)", line, re.IGNORECASE)]
    said = lines[starts[0] :] if starts else lines[-3:]
    return " ".join(re.sub(r"^[\s×╰─▶│]+", "", line).strip() for line in said).strip()[:limit]


def _package(requirement: str) -> str:
    """`torch` of `torch==2.3.0`."""
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else requirement
