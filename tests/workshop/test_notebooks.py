"""The notebooks as they are kept: the same code in each language, and nothing that a run left in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import brickline

WORKSHOP = Path(brickline.__file__).parent / "workshop"
ENGLISH = sorted(path for path in WORKSHOP.glob("*/*.ipynb") if not path.name.endswith(".ko.ipynb"))


def _cells(path: Path, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in _read(path)["cells"] if cell["cell_type"] == kind]


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _korean(path: Path) -> Path:
    return path.with_suffix(".ko.ipynb")


def test_there_is_a_notebook_for_each_stage() -> None:
    assert [path.parent.name[0] for path in ENGLISH] == list("0123456")


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_both_languages_have_the_same_code(path: Path) -> None:
    assert _cells(path, "code") == _cells(_korean(path), "code")
    kinds = [[cell["cell_type"] for cell in _read(one)["cells"]] for one in (path, _korean(path))]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_korean_is_korean_and_english_is_not(path: Path) -> None:
    def letters(text: str) -> int:
        return sum("가" <= letter <= "힣" for letter in text)

    assert all(letters(text) for text in _cells(_korean(path), "markdown"))
    assert not any(letters(text) for text in _cells(path, "markdown"))


@pytest.mark.parametrize("path", [*ENGLISH, *map(_korean, ENGLISH)], ids=lambda path: path.name)
def test_no_outputs_are_kept(path: Path) -> None:
    assert [cell for cell in _read(path)["cells"] if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_each_stage_says_what_it_costs_on_aws_and_can_be_cleaned_up(path: Path) -> None:
    text = "\n".join(_cells(path, "markdown"))
    assert "| cost |" in text
    assert "on AWS" in text
    assert "keep = True" in _cells(path, "code")[-1]
    assert (path.parent / "README.md").exists()
    assert (path.parent / "README.ko.md").exists()
