"""The workshop's notebooks, run headless one after another by an unmodified Jupyter kernel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.clients.harness import ROOT, Server, brickline, client

WORKSHOP = ROOT / "src" / "brickline" / "workshop"
NOTEBOOKS = sorted(path for path in WORKSHOP.glob("*/*.ipynb") if not path.name.endswith(".ko.ipynb"))
CLEANED = {"3_hello/hello.ipynb", "6_events/events.ipynb"}
"""Notebooks whose clean-up is run, too: nothing after them needs what they made."""

RUN = """
import sys, nbformat
from nbclient import NotebookClient

file = sys.argv[1]
notebook = nbformat.read(file, 4)
try:
    NotebookClient(notebook, timeout=150, resources={"metadata": {"path": file.rpartition("/")[0]}}).execute()
finally:
    nbformat.write(notebook, file)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workshop") / "mine"
    brickline("workshop", "--no-open", str(folder))
    return folder


@pytest.fixture(scope="module")
def kernel(server: Server) -> Server:
    """The server, for a Jupyter of the workshop's environment: `connect()` finds it by its data folder."""
    environment = {**server.environment, "PATH": f"{client('workshop')}:{server.environment['PATH']}"}
    return Server(server.data, environment)


def test_the_notebooks_run_one_after_another(folder: Path, kernel: Server) -> None:
    # One test: each stage stands on those before it, and would make them again in a worker of its own.
    for notebook in NOTEBOOKS:
        run(folder / notebook.relative_to(WORKSHOP), kernel)


def run(file: Path, kernel: Server) -> None:
    name = f"{file.parent.name}/{file.name}"
    if name in CLEANED:
        file.write_text(file.read_text().replace("keep = True", "keep = False"))
    kernel.run([str(client("workshop") / "python"), "-c", RUN, str(file)], timeout=200)
    shown = json.dumps([cell.get("outputs") for cell in json.loads(file.read_text())["cells"]])
    assert "<svg" in shown, f"{name}: no picture"
    assert "brick" in shown
    assert " new" in shown, f"{name}: no brick stands out"
