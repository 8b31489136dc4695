"""Filters of git triggers: tables."""

from __future__ import annotations

import pytest

from brickline.baseplate.brick import Shape
from brickline.bricks.codepipeline.git_filters import Push, glob_matches, starts


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("main", "main", True),
        ("main", "mainly", False),
        ("feature/*", "feature/a", True),
        ("feature/*", "feature/a/b", False),
        ("feature/**", "feature/a/b", True),
        ("**/*.py", "src/a/b.py", True),
        ("v?.0", "v1.0", True),
        ("v?.0", "v10.0", False),
        ("{main,release-*}", "release-1", True),
        ("{main,release-*}", "develop", False),
        ("a.b", "axb", False),
        ("*", "", True),
    ],
)
def test_globs(pattern: str, text: str, matches: bool) -> None:
    assert glob_matches(pattern, text) == matches


def branches(*includes: str, excludes: tuple[str, ...] = (), **more: Shape) -> Shape:
    return {"push": [{"branches": {"includes": [*includes], "excludes": [*excludes]}, **more}]}


FILES = {"filePaths": {"includes": ["src/**"], "excludes": ["**/*.md"]}}


@pytest.mark.parametrize(
    ("git", "push", "wanted"),
    [
        ({}, Push(branch="main"), True),
        ({}, Push(branch="other"), False),
        (branches("main", "dev*"), Push(branch="develop"), True),
        (branches("**", excludes=("wip/**",)), Push(branch="wip/x"), False),
        (branches("**", excludes=("wip/**",)), Push(branch="x"), True),
        (branches("main"), Push(tag="main"), False),
        ({"push": [{"tags": {"includes": ["v*"]}}]}, Push(tag="v1"), True),
        ({"push": [{"tags": {"includes": ["v*"]}}]}, Push(branch="v1"), False),
        (branches("main", **FILES), Push(branch="main", files=["src/a.py"]), True),
        (branches("main", **FILES), Push(branch="main", files=["docs/a.py"]), False),
        (branches("main", **FILES), Push(branch="main", files=["src/a.md"]), False),
        (branches("main", **FILES), Push(branch="main", files=["src/a.md", "src/b.py"]), True),
        ({"push": [FILES]}, Push(branch="main", files=["src/b.py"]), True),
        ({"push": [FILES]}, Push(branch="other", files=["src/b.py"]), False),
        ({"pullRequest": [{"events": ["OPEN"]}]}, Push(branch="main"), False),
    ],
)
def test_which_pushes_start_a_pipeline(git: Shape, push: Push, wanted: bool) -> None:
    assert starts(git, push, "main") == wanted
