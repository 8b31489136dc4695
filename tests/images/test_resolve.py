"""What environment stands for an image's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from brickline.images.catalogue import Catalogue, CatalogueError
from brickline.images.resolve import Environment, UnknownImage, resolve

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def resolved(image: str, *others: str, exact: bool = False, catalogue: Catalogue | None = None) -> Environment:
    """`image` resolved on a server with Python 3.11 and the `others`."""
    uri = f"{REGISTRY}/{image}"
    return resolve(uri, catalogue or Catalogue.load(), own_python="3.11", available_pythons=others, exact=exact)


@pytest.mark.parametrize(
    ("image", "others", "framework", "version", "python"),
    [
        ("sagemaker-scikit-learn:1.2-1-cpu-py3", (), "sklearn", "1.2.1", "3.11"),
        ("sagemaker-scikit-learn:1.4-2-cpu-py3", ("3.10",), "sklearn", "1.4.2", "3.11"),
        ("sagemaker-scikit-learn:1.0-1-cpu-py3", (), "sklearn", "1.1.3", "3.11"),
        ("sagemaker-scikit-learn:1.0-1-cpu-py3", ("3.8", "3.9"), "sklearn", "1.0.2", "3.8"),
        ("sagemaker-scikit-learn:0.20.0-cpu-py3", ("3.7", "3.8"), "sklearn", "1.1.3", "3.11"),
        ("sagemaker-scikit-learn:9.9-1-cpu-py3", (), "sklearn", "1.7.2", "3.11"),
        ("sagemaker-xgboost:1.7-1", (), "xgboost", "1.7.4", "3.11"),
        ("sagemaker-xgboost:0.90-2", (), "xgboost", "1.3.3", "3.11"),
        ("sagemaker-xgboost:3.0-5", (), "xgboost", "3.0.5", "3.11"),
        ("xgboost:latest", (), "xgboost", "1.3.3", "3.11"),
        ("pytorch-training:2.3.0-cpu-py311-ubuntu20.04-sagemaker", (), "pytorch", "2.3.0", "3.11"),
        ("pytorch-inference:2.3-cpu-py311", (), "pytorch", "2.3.0", "3.11"),
        ("pytorch-training:1.8.1-cpu-py36-ubuntu18.04", ("3.8",), "pytorch", "1.13.1", "3.11"),
        ("python:3.12-slim", ("3.12",), "python", None, "3.12"),
        ("python:3.12-slim", (), "python", None, "3.11"),
        ("sagemaker-base-python-310:1.0", ("3.10",), "python", None, "3.10"),
        ("sagemaker-distribution-prod:3.2.0-cpu", ("3.12",), "python", None, "3.12"),
        ("python:3.11@sha256:0123", (), "python", None, "3.11"),
    ],
)
def test_an_image_gets_the_nearest_version_that_can_be_had(
    image: str, others: tuple[str, ...], framework: str, version: str | None, python: str
) -> None:
    environment = resolved(image, *others)
    assert (environment.framework, environment.version, environment.python) == (framework, version, python)


@pytest.mark.parametrize(
    ("image", "notice"),
    [
        (
            "sagemaker-scikit-learn:1.0-1-cpu-py3",
            "image asks scikit-learn 1.0.2 on Python 3.8; using scikit-learn 1.1.3 on Python 3.11",
        ),
        (
            "sagemaker-scikit-learn:1.3-1-cpu-py3",
            "image asks scikit-learn 1.3.1; using scikit-learn 1.3.2 on Python 3.11",
        ),
        ("python:3.12", "image asks Python 3.12; using Python 3.11"),
        ("pytorch-training:2.3.0-cpu-py311", None),
    ],
)
def test_what_differs_from_the_image_is_said(image: str, notice: str | None) -> None:
    assert resolved(image).notice == notice


def test_exact_images_are_refused_unless_the_interpreter_and_the_version_are_there() -> None:
    image = "sagemaker-scikit-learn:1.2-1-cpu-py3"
    with pytest.raises(
        UnknownImage, match=r"asks scikit-learn 1.2.1 on Python 3.8; using .*exact images are asked for"
    ):
        resolved(image, exact=True)
    environment = resolved(image, "3.8", exact=True)
    assert (environment.version, environment.python, environment.notice) == ("1.2.1", "3.8", None)


def test_an_unknown_image_names_its_neighbours_and_how_to_add_it() -> None:
    with pytest.raises(UnknownImage) as refusal:
        resolved("sagemaker-scikitlearn:1.2-1")
    for part in ("sagemaker-scikitlearn:1.2-1;", "/sagemaker-scikit-learn:1.2-1-cpu-py3", "images.toml"):
        assert part in str(refusal.value)


def test_images_with_the_same_requirements_share_an_environment() -> None:
    training = resolved("pytorch-training:2.3.0-cpu-py311-ubuntu20.04-sagemaker")
    assert training.key == resolved("pytorch-inference:2.3.0-gpu-py311").key
    assert training.key != resolved("pytorch-training:2.4.1-cpu-py311").key


def test_entries_of_the_user_come_before_the_built_in_ones(tmp_path: Path) -> None:
    own = tmp_path / "images.toml"
    own.write_text(
        "[[images]]\nname = 'mine'\nmatch = ['my-team/?.*', 'train-base:(?P<tag>.*)']\npackage = 'lightgbm'\n"
        "requirements = ['lightgbm']\nreleases = [{ version = '4.5.0', python = '3.9-3.13' }]\n"
    )
    environment = resolved("train-base:4.5", catalogue=Catalogue.load(own))
    assert environment.requirements == ("lightgbm", "lightgbm==4.5.0")
    assert environment.notice is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[images]]\nname = 'x'\n", "images entry 1: 'match' is missing"),
        ("[[images]]\nname = 'x'\nmatch = ['(']\n", "not a regular expression"),
        ("[[images]]\nname = 'x'\nmatch = 'x'\nrequires = []\n", "unknown member 'requires'; known are name, match"),
        ("[[images]\n", "not a TOML file"),
    ],
)
def test_a_wrong_catalogue_file_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    own = tmp_path / "images.toml"
    own.write_text(text)
    with pytest.raises(CatalogueError, match=message) as refusal:
        Catalogue.load(own)
    assert str(own) in str(refusal.value)
