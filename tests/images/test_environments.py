"""Environments that are really built: small ones of a wheel made here, and those of two framework images."""

from __future__ import annotations

import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from brickline.images.catalogue import Catalogue
from brickline.images.environments import Environments
from brickline.images.installer import EnvironmentFailed, explanation
from brickline.images.resolve import UnknownImage


def write_wheel(folder: Path, name: str, version: str) -> None:
    """A wheel of one module that has a VERSION."""
    record = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{record}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{record}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{record}/RECORD", "")


@pytest.fixture
def small(tmp_path: Path, environments: Environments, monkeypatch: pytest.MonkeyPatch) -> Environments:
    """Environments whose images `small:1.0` and `broken:1.0` need a wheel that is, and one that is not, there."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "brickline_small", "1.0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    catalogue = tmp_path / "images.toml"
    catalogue.write_text(
        "[[images]]\nname = 'small'\nmatch = ['small:.*']\nrequirements = ['brickline_small==1.0']\n"
        "examples = ['small:1.0']\n"
        "[[images]]\nname = 'broken'\nmatch = ['broken:.*']\nrequirements = ['brickline_small==2.0']\n"
    )
    return Environments(tmp_path / "environments", Catalogue.load(catalogue), cache=environments.cache)


def test_an_environment_is_built_once_and_found_afterwards(small: Environments) -> None:
    said: list[str] = []
    assert small.get("small:1.0") is None
    built = small.ensure("small:1.0", said.append)
    assert said[0].startswith("building environment python-py3")
    assert built.packages["brickline_small"] == "1.0"
    assert small.get("small:1.0") == built
    said.clear()
    assert small.ensure("small:2.0", said.append).prefix == built.prefix
    assert said == []


def test_an_environment_has_pip_and_runs_from_its_binds(small: Environments) -> None:
    built = small.ensure("small:1.0", print)
    assert built.python.resolve().is_relative_to(built.binds[-1])
    for tool in ("pip", "pip3"):
        subprocess.run([built.prefix / "bin" / tool, "--version"], check=True, capture_output=True)
    code = "import brickline_small; print(brickline_small.VERSION)"
    assert subprocess.check_output([built.python, "-c", code], text=True) == "1.0\n"
    assert list(built.prefix.glob("lib/*/site-packages/__pycache__/brickline_small.*.pyc"))


def test_a_build_that_was_cut_off_is_made_anew(small: Environments) -> None:
    built = small.ensure("small:1.0", print)
    (built.prefix / "brickline.json").unlink()
    (built.prefix / "bin" / "python").unlink()
    assert small.get("small:1.0") is None
    assert small.ensure("small:1.0", print).python.exists()


def test_of_several_that_ask_at_once_one_builds(small: Environments) -> None:
    said: list[str] = []
    threads = [threading.Thread(target=small.ensure, args=("small:1.0", said.append)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([line for line in said if line.startswith("building")]) == 1
    assert small.get("small:1.0") is not None


def test_a_failure_carries_the_line_that_explains_it_and_leaves_nothing(small: Environments) -> None:
    with pytest.raises(EnvironmentFailed, match=r"image broken:1.0: .*no version of brickline-small==2\.0"):
        small.ensure("broken:1.0", print)
    assert small.get("broken:1.0") is None


def test_the_listing_shows_what_is_built(small: Environments) -> None:
    small.ensure("small:1.0", print)
    rows = {row["name"]: row for row in small.listing()}
    assert rows["small"]["ready"] is True
    assert rows["xgboost"]["ready"] is False
    assert rows["xgboost"]["version"] == "1.7.4"


def test_an_unknown_image_is_refused_before_anything_is_built(small: Environments) -> None:
    with pytest.raises(UnknownImage):
        small.ensure("nobody-knows:1", print)


@pytest.mark.parametrize(
    ("image", "code", "printed"),
    [
        (
            "sagemaker-scikit-learn:1.2-1-cpu-py3",
            "import sklearn, pandas, pyarrow, boto3; from sklearn.ensemble import RandomForestClassifier as Forest;"
            "print(sklearn.__version__, Forest(n_estimators=2).fit([[0], [1]], [0, 1]).predict([[1]]).size)",
            "1.2.1 1",
        ),
        (
            "sagemaker-xgboost:3.0-5",
            "import numpy, sklearn, xgboost;"
            "print(xgboost.__version__, xgboost.XGBRegressor(n_estimators=1).fit(numpy.eye(2), [0, 1]).n_features_in_)",
            "3.0.5 2",
        ),
    ],
)
def test_the_environment_of_a_framework_image_works(
    environments: Environments, image: str, code: str, printed: str
) -> None:
    built = environments.ensure(image, print)
    assert subprocess.check_output([built.python, "-c", code], text=True).strip() == printed


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Resolved 1 package", "error: No solution", "  cause: Because x"], "error: No solution cause: Because x"),
        (["  × No solution found", "  ╰─▶ Because there is no y"], "No solution found Because there is no y"),
        (["Collecting z", "ERROR: No matching distribution for z"], "ERROR: No matching distribution for z"),
        (["killed"], "killed"),
        ([], ""),
    ],
)
def test_explanation_starts_at_the_error(lines: list[str], said: str) -> None:
    assert explanation(lines) == said


def test_jobs_look_for_packages_where_this_machine_does(small: Environments, tmp_path: Path) -> None:
    built = small.ensure("small:1.0", print)
    assert built.variables["PIP_FIND_LINKS"] == str(tmp_path / "wheels")
    assert tmp_path / "wheels" in built.shown
