"""Commits, and what differs between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit.git import ZERO, Git, is_id
from brickline.bricks.codecommit.places import Places, checked_path, commit_at

_MOST_AT_ONCE = 100
_PAGE = 400
_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<date>.*)")


class Commits:
    """GetCommit, BatchGetCommits and GetDifferences."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def get_commit(self, context: Context, request: Shape) -> Shape:
        commit_id = request["commitId"]
        repository = self._places.repository(context, request["repositoryName"])
        if not is_id(commit_id):
            raise Refused("InvalidCommitIdException", f"commitId: {commit_id!r} is not a full commit id of 40 digits")
        commit = commit_document(repository.git, commit_id)
        if commit is None:
            raise Refused("CommitIdDoesNotExistException", f"Commit {commit_id} does not exist in {repository.name}")
        return {"commit": commit}

    def batch_get_commits(self, context: Context, request: Shape) -> Shape:
        ids = request["commitIds"]
        if len(ids) > _MOST_AT_ONCE:
            raise Refused("CommitIdsLimitExceededException", f"commitIds: {_MOST_AT_ONCE} at most")
        git = self._places.repository(context, request["repositoryName"]).git
        found = {commit_id: commit_document(git, commit_id) if is_id(commit_id) else None for commit_id in ids}
        errors = [
            {
                "commitId": commit_id,
                "errorCode": "CommitIdDoesNotExistException",
                "errorMessage": f"Commit {commit_id} does not exist",
            }
            for commit_id, commit in found.items()
            if commit is None
        ]
        return {"commits": [commit for commit in found.values() if commit], "errors": errors}

    def get_differences(self, context: Context, request: Shape) -> Shape:
        """Without a commit before, everything is added. Renames are a deletion and an addition."""
        repository = self._places.repository(context, request["repositoryName"])
        after = commit_at(repository, request["afterCommitSpecifier"])
        before = request.get("beforeCommitSpecifier")
        base = commit_at(repository, before) if before else repository.git.line("hash-object", "-t", "tree", "--stdin")
        paths = {checked_path(request[member]) for member in ("beforePath", "afterPath") if request.get(member)}
        found = [*differences(repository.git, base, after, sorted(paths - {""}))]
        start = int(request.get("NextToken") or 0)
        size = min(request.get("MaxResults") or _PAGE, _PAGE)
        answer: Shape = {"differences": found[start : start + size]}
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        return answer


def commit_document(git: Git, commit_id: str) -> Shape | None:
    """A commit as GetCommit has it; dates are git's own, `1484167798 -0800`."""
    code, text = git.code("cat-file", "commit", commit_id)
    if code:
        return None
    head, _, message = text.decode(errors="replace").partition("\n\n")
    lines = [line.partition(" ")[::2] for line in head.splitlines()]
    values = dict(reversed(lines))
    return {
        "commitId": commit_id,
        "treeId": values["tree"],
        "parents": [value for name, value in lines if name == "parent"],
        "message": message,
        "author": _person(values["author"]),
        "committer": _person(values["committer"]),
        "additionalData": "",
    }


def differences(git: Git, before: str, after: str, paths: list[str]) -> Iterator[Shape]:
    where = ["--", *(f":(literal){path}" for path in paths)] if paths else []
    printed = git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-commit-id", before, after, *where)
    fields = iter(printed.decode(errors="surrogateescape").split("\0"))
    for about in fields:
        if not about:
            return
        path = next(fields)
        old_mode, new_mode, old, new, letter = about.removeprefix(":").split()
        difference: Shape = {"changeType": letter if letter in "AD" else "M"}
        if old != ZERO:
            difference["beforeBlob"] = {"blobId": old, "path": path, "mode": old_mode}
        if new != ZERO:
            difference["afterBlob"] = {"blobId": new, "path": path, "mode": new_mode}
        yield difference


def _person(text: str) -> Shape:
    found = _PERSON.fullmatch(text)
    return found.groupdict() if found else {"name": text, "email": "", "date": ""}
