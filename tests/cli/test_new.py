from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from brickline.cli import main


def new(*words: str) -> Result:
    return CliRunner().invoke(main, ["new", *words])


@pytest.mark.parametrize("kind", ["training", "serving"])
def test_a_new_repository_has_a_pipeline_and_what_builds_it(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "flights"
    done = new(kind, str(folder))
    assert done.exit_code == 0, done.output
    assert "python cicd.py --name flights" in done.output
    listed = subprocess.run(
        ["git", "-C", folder, "ls-files"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"README.md", "buildspec.yml", "cicd.py", "config.json", "pyproject.toml", ".gitignore"} <= set(listed)
    module = json.loads((folder / "config.json").read_text())["Module"].replace(".", "/")
    assert f"{module}.py" in listed
    assert not [name for name in listed if "__pycache__" in name]


def test_builds_may_use_either_sdk(tmp_path: Path) -> None:
    for sdk, wanted in (("2", "sagemaker>=2.250,<3"), ("3", "sagemaker>=3.27")):
        new("serving", str(tmp_path / sdk), "--sdk", sdk)
        assert f'SAGEMAKER_SDK: "{wanted}"' in (tmp_path / sdk / "buildspec.yml").read_text()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = new("training", str(tmp_path))
    assert done.exit_code == 1
    assert "is not empty" in done.output
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unknown_kind_is_named(tmp_path: Path) -> None:
    done = new("deployment", str(tmp_path / "x"))
    assert done.exit_code == 2
    assert "training" in done.output
    assert "serving" in done.output


def test_without_git_there_is_no_repository(tmp_path: Path) -> None:
    new("training", str(tmp_path / "plain"), "--no-git")
    assert not (tmp_path / "plain" / ".git").exists()
