"""What the demo commits, in a real repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from brickline.cli import new
from brickline.demo import delivery


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"Parameters": {"Version": 1, "Rounds": 40}}))
    new.commit(tmp_path)
    return tmp_path


def git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


def test_parameters_are_committed(repository: Path) -> None:
    delivery.configure(repository, "Serve version 2", Version=2)
    committed = json.loads(git(repository, "show", "HEAD:config.json"))
    assert committed == {"Parameters": {"Version": 2, "Rounds": 40}}
    assert git(repository, "log", "-1", "--format=%s %an").split("\n")[0] == "Serve version 2 Demo"


def test_the_same_parameters_again_are_a_commit_that_can_be_pushed(repository: Path) -> None:
    delivery.configure(repository, "Serve version 1", Version=1)
    delivery.configure(repository, "Serve version 1 again", Version=1)
    assert git(repository, "log", "--format=%s").split("\n")[:2] == ["Serve version 1 again", "Serve version 1"]


def test_a_failing_git_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"Parameters": {}}')
    with pytest.raises(SystemExit, match="not a git repository"):
        delivery.configure(tmp_path, "Nothing to commit to", Version=1)
