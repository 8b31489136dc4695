"""The same five-step pipeline by other orchestrators that run on one machine without Docker, and by Brickline.

Each is used as its own documentation shows: `bench/scripts/peers/NAME_chain.py STEPS SCRIPT`, timed as a whole, because
that is what its user waits for. Brickline's server runs already, as a notebook finds it: it is timed from
StartPipelineExecution to the execution's end.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measures import Row, timed
from bench.pipelines import SCRIPTS, Bench, chain
from bench.plot import Bar, bars
from bench.servers import Server, brickline, peer

PLOT = Path(__file__).parent / "five-steps.svg"
STEPS = 5
_NOOPS = 10
_LIBRARIES = ("scikit-learn==1.2.1", "numpy<1.25", "scipy<1.11", "pandas<2.1")

PEERS = {
    "Metaflow": ("metaflow",),
    "Dagster": ("dagster",),
    "Prefect": ("prefect", "fastapi<0.120"),
    "ZenML": ("zenml[local]",),
    "kfp local": ("kfp", "pip"),
}
"""What each needs from PyPI; the first is also the name of its environment and program."""

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "ZENML_ANALYTICS_OPT_IN": "false",
    "ZENML_LOGGING_VERBOSITY": "ERROR",
    "AUTO_OPEN_DASHBOARD": "false",
}


def measure(server: Server, full: bool) -> list[Row]:
    """Contenders take turns; the first round, in which databases and caches are made, does not count."""
    with tempfile.TemporaryDirectory() as folder:
        programs = {name: Peer(needs, Path(folder)) for name, needs in PEERS.items()}
        ours = Bench(server)
        contenders: dict[str, Callable[[], float]] = {
            "bare scripts": lambda: ours.bare("work.py", STEPS),
            "Brickline, warm": lambda: ours.run(chain(ours, "work.py", STEPS)),
            "Brickline, cold": cold,
            **{name: one.working for name, one in programs.items()},
        }
        taken = _medians(contenders, 3 if full else 1)
        bars(PLOT, f"{STEPS} scikit-learn steps, one after another", [Bar(name, taken[name]) for name in taken])
        rows = [Row(f"{STEPS} scikit-learn steps", {name: f"{taken[name]:.2f} s" for name in taken}, "< bare")]
        if full:
            idle = {name: one.overhead() for name, one in programs.items()}
            rows.append(Row("each further no-op step", {name: f"{each * 1e3:.0f} ms" for name, each in idle.items()}))
    return rows


def cold() -> float:
    """The first pipeline of a server that has just been started: nothing is loaded."""
    with brickline() as fresh:
        bench = Bench(fresh)
        return bench.run(chain(bench, "work.py", STEPS))


class Peer:
    """An orchestrator in an environment of its own, with a folder for what it keeps."""

    def __init__(self, needs: tuple[str, ...], folder: Path) -> None:
        name = needs[0].split("[")[0]
        self._python = peer(needs[0], *needs[1:], *_LIBRARIES) / "python"
        self._program = SCRIPTS / "peers" / f"{name}_chain.py"
        self._folder = folder / name
        self._folder.mkdir()

    def working(self) -> float:
        return self.run(STEPS, "work.py")

    def overhead(self) -> float:
        """Seconds of each further step that does nothing."""
        return (self.run(_NOOPS, "noop.py") - self.run(2, "noop.py")) / (_NOOPS - 2)

    def run(self, steps: int, script: str) -> float:
        command = [str(self._python), str(self._program), str(steps), str(SCRIPTS / script)]
        homes = {"HOME": self._folder, "PREFECT_HOME": self._folder, "ZENML_CONFIG_PATH": self._folder}
        environment = {**os.environ, **_QUIET, **{name: str(path) for name, path in homes.items()}}
        return timed(lambda: self._run(command, environment))

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        done = subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _medians(contenders: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, run in contenders.items():
            taken[name].append(run())
    return {name: statistics.median(found[1:]) for name, found in taken.items()}
