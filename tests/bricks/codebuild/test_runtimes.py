"""Which Python `runtime-versions` gives."""

from __future__ import annotations

import pytest

from brickline.bricks.codebuild.buildspec import BuildspecError
from brickline.bricks.codebuild.runtimes import Choice, choose, nearest_python

AVAILABLE = ("3.7", "3.9", "3.11", "3.13")
IMAGE = "aws/codebuild/standard:7.0"


@pytest.mark.parametrize(
    ("wanted", "python"),
    [
        ("3.11", "3.11"),
        ("3.11.4", "3.11"),
        ("3.10", "3.11"),
        ("3.8", "3.9"),
        ("3.6", "3.9"),
        ("2.7", "3.9"),
        ("3.99", "3.13"),
        ("3.x", "3.13"),
        ("3", "3.13"),
        ("latest", "3.13"),
        ("3.1", "3.11"),
    ],
)
def test_the_nearest_python(wanted: str, python: str) -> None:
    assert nearest_python(wanted, AVAILABLE)[0] == python


@pytest.mark.parametrize(
    ("wanted", "notices"),
    [
        ("3.11", ()),
        ("latest", ()),
        ("3.8", ("runtime-versions asks python 3.8; using Python 3.9",)),
        (
            "3.1",
            (
                "runtime-versions asks python 3.1: taken for 3.10; write it in quotes",
                "runtime-versions asks python 3.10; using Python 3.11",
            ),
        ),
    ],
)
def test_what_the_log_says(wanted: str, notices: tuple[str, ...]) -> None:
    assert nearest_python(wanted, AVAILABLE)[1] == notices


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(BuildspecError, match="Unknown runtime version named 'three' of python"):
        nearest_python("three", AVAILABLE)


def test_images_that_are_not_codebuilds_own_have_their_python() -> None:
    choice = choose("python:3.11", {"python": "3.8"}, AVAILABLE)
    assert choice.image == "python:3.11"
    assert choice.notices[0].startswith("Skipping install of runtimes.")


def test_other_runtimes_are_what_the_machine_has() -> None:
    choice = choose(IMAGE, {"nodejs": "18"}, AVAILABLE)
    assert (choice.image, len(choice.notices)) == (IMAGE, 1)
    assert choose(IMAGE, {}, AVAILABLE) == Choice(IMAGE)
    assert choose(IMAGE, {"python": "3.9"}, AVAILABLE) == Choice(f"{IMAGE}-python3.9")
