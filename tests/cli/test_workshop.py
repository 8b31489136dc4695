"""`brickline workshop` copies what is not there, and leaves what somebody has changed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import call


def test_it_is_copied_with_the_code_of_its_stages(tmp_path: Path) -> None:
    said = call("workshop", "--no-open", str(tmp_path / "mine"))
    assert "jupyter lab" in said.stdout
    assert (tmp_path / "mine/0_setup/setup.ipynb").exists()
    assert (tmp_path / "mine/1_training/src/pipelines/flights/pipeline_v3.py").exists()
    assert not list((tmp_path / "mine").rglob("*.ko.*"))


def test_korean_notebooks_get_the_same_names(tmp_path: Path) -> None:
    call("workshop", "--no-open", "--language", "ko", str(tmp_path))
    assert "준비" in (tmp_path / "0_setup/setup.ipynb").read_text()
    assert not list(tmp_path.rglob("*.ko.*"))


def test_changed_notebooks_stay_as_they_are(tmp_path: Path) -> None:
    call("workshop", "--no-open", str(tmp_path))
    (tmp_path / "0_setup/setup.ipynb").write_text("mine")
    said = call("workshop", "--no-open", str(tmp_path))
    assert (tmp_path / "0_setup/setup.ipynb").read_text() == "mine"
    assert said.stdout.count("kept as you have it") == 1
