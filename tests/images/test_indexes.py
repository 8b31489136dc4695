"""Where pip looks for packages on this machine, told to uv and to jobs."""

from __future__ import annotations

from pathlib import Path

from brickline.images.indexes import Indexes


def test_jobs_look_where_this_machine_looks(tmp_path: Path) -> None:
    (tmp_path / "index" / "simple").mkdir(parents=True)
    (tmp_path / "wheels").mkdir()
    variables = {
        "PIP_FIND_LINKS": f"{tmp_path}/wheels https://wheels.example/",
        "PIP_INDEX_URL": "https://index.example/simple",
        "PIP_EXTRA_INDEX_URL": f"file://{tmp_path}/index/simple file:///not/there",
        "PIP_CERT": "/etc/ssl/cert.pem",
    }
    indexes = Indexes(variables)
    job = indexes.job_variables
    assert {name: value for name, value in job.items() if name.startswith("PIP_")} == variables
    assert job["UV_FIND_LINKS"] == f"{tmp_path}/wheels,https://wheels.example/"
    assert job["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert job["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert indexes.folders == [tmp_path / "wheels", tmp_path / "index"]


def test_a_machine_without_settings_says_nothing() -> None:
    empty = dict.fromkeys(("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT"), "")
    assert Indexes(empty).job_variables == {}
    assert Indexes(empty).folders == []
