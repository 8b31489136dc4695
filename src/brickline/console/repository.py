"""What a CodeCommit repository holds, as its pages show it: history, folders, files, and what a commit changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from brickline.baseplate.brick import Shape
from brickline.console import START
from brickline.console.rendering import segment
from brickline.console.visit import Visit

LARGEST = 256 * 1024
"""Bytes of a file that is shown; a longer one is not compared either."""
_MOST_DIFFERENCES = 50


@dataclass(frozen=True)
class DiffLine:
    """`kind` is add, remove, hunk or same."""

    kind: str
    text: str


def address(repository: str, page: str = "", path: str = "", **query: str) -> str:
    """`address("r", "files", "src/a.py", at="main")`."""
    where = f"{START}/repositories/{segment(repository)}" + (f"/{page}" if page else "")
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    return where + (f"/{quote(path)}" if path else "") + (f"?{asked}" if asked else "")


def history(visit: Visit, repository: str, commit: str, most: int) -> list[Shape]:
    """The commit and those before it, by first parents: CodeCommit has no operation that lists them."""
    found: list[Shape] = []
    while commit and len(found) < most:
        one = visit.call("codecommit", "GetCommit", repositoryName=repository, commitId=commit)["commit"]
        found.append(shown(one))
        commit = next(iter(one["parents"]), "")
    return found


def shown(commit: Shape) -> Shape:
    """With its time in epoch seconds (`1700000000 +0900` in the operation), and the first line of its message."""
    first, _, rest = commit.get("message", "").strip().partition("\n")
    moment = commit["author"].get("date", "").partition(" ")[0]
    return {**commit, "title": first, "rest": rest.strip(), "time": float(moment) if moment.isdigit() else None}


def text_of(data: bytes) -> str | None:
    """A file's text; None where it is none, or too long to show."""
    if len(data) > LARGEST or b"\0" in data[:8000]:
        return None
    return data.decode("utf-8", "replace")


def changes(visit: Visit, repository: str, before: str, after: str) -> list[Shape]:
    """What lies between two commits: each file's `path`, `kind` (A, M, D) and `lines`; None for a binary file."""
    answer = visit.call(
        "codecommit",
        "GetDifferences",
        repositoryName=repository,
        beforeCommitSpecifier=before,
        afterCommitSpecifier=after,
        MaxResults=_MOST_DIFFERENCES,
    )
    return [_change(visit, repository, one) for one in answer["differences"]]


def _change(visit: Visit, repository: str, difference: Shape) -> Shape:
    old, new = difference.get("beforeBlob", {}), difference.get("afterBlob", {})
    before, after = (_blob(visit, repository, one) for one in (old, new))
    is_text = before is not None and after is not None
    return {
        "path": new.get("path") or old.get("path", ""),
        "kind": difference["changeType"],
        "lines": list(_compared(before or "", after or "")) if is_text else None,
    }


def _blob(visit: Visit, repository: str, blob: Shape) -> str | None:
    if not blob:
        return ""
    answer = visit.call_if_there("codecommit", "GetBlob", repositoryName=repository, blobId=blob["blobId"])
    return text_of(answer["content"]) if answer else None


def _compared(before: str, after: str) -> Iterator[DiffLine]:
    kinds = {"+": "add", "-": "remove", "@": "hunk"}
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[2:]:
        yield DiffLine(kinds.get(line[:1], "same"), line)
