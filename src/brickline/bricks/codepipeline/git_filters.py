"""Which pushes start a pipeline: the filters of a V2 trigger (pipelines-filter.html). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brickline.baseplate.brick import Shape


@dataclass(frozen=True)
class Push:
    """What was pushed: a branch or a tag, and the files that have changed."""

    branch: str = ""
    tag: str = ""
    files: Sequence[str] = ()


def starts(git: Shape, push: Push, default_branch: str) -> bool:
    """Whether a push passes one of the trigger's filters; without any it is a push of the action's branch."""
    filters = git.get("push") or []
    if not filters and not git.get("pullRequest"):
        return push.branch == default_branch
    return any(_passes(one, push, default_branch) for one in filters)


def glob_matches(pattern: str, text: str) -> bool:
    """`*` is any part without `/`, `**` with it, `{a,b}` one of several."""
    return re.fullmatch(_expression(pattern), text) is not None


def _passes(one: Shape, push: Push, default_branch: str) -> bool:
    if "tags" in one:
        return bool(push.tag) and _is_included(one["tags"], push.tag)
    if not push.branch:
        return False
    in_branch = _is_included(one["branches"], push.branch) if "branches" in one else push.branch == default_branch
    return in_branch and ("filePaths" not in one or _any_included(one["filePaths"], push.files))


def _any_included(criteria: Shape, names: Iterable[str]) -> bool:
    return any(_is_included(criteria, name) for name in names)


def _is_included(criteria: Shape, name: str) -> bool:
    """Excludes win over includes; without includes everything is."""
    if any(glob_matches(pattern, name) for pattern in criteria.get("excludes") or ()):
        return False
    includes = criteria.get("includes") or ["**"]
    return any(glob_matches(pattern, name) for pattern in includes)


def _expression(pattern: str) -> str:
    parts = re.split(r"(\*\*|\*|\?|\{[^{}]*\})", pattern)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    wild = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part in wild:
        return wild[part]
    if part.startswith("{"):
        return f"(?:{'|'.join(_expression(one) for one in part[1:-1].split(','))})"
    return re.escape(part)
