"""Two commits merged into one tree, and the files at which they cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit.git import ZERO, Git, TreeEntry
from brickline.bricks.codecommit.writing import tree_of

FAST_FORWARD, SQUASH, THREE_WAY = "FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"


@dataclass(frozen=True)
class Sides:
    """What is merged into what."""

    source: str
    destination: str
    base: str
    """The commit that both come from; ZERO where there is none."""

    @property
    def can_fast_forward(self) -> bool:
        return self.base == self.destination


@dataclass(frozen=True)
class Merged:
    """The tree of both, as far as they agree."""

    tree: str
    conflicts: tuple[str, ...]
    """Paths that both have changed, each in its own way."""


def sides(git: Git, source: str, destination: str) -> Sides:
    code, printed = git.code("merge-base", destination, source)
    return Sides(source, destination, ZERO if code else printed.decode().strip())


def merged(git: Git, of: Sides, request: Shape) -> Merged:
    """By the request's conflictDetailLevel and conflictResolutionStrategy."""
    if request.get("conflictResolution"):
        message = "conflictResolution: resolutions file by file are not there yet; resolve them in a clone and push"
        raise Refused("InvalidConflictResolutionException", message)
    tree, torn = _by_lines(git, of)
    conflicts = torn if request.get("conflictDetailLevel") == "LINE_LEVEL" else sorted({*torn, *_both_changed(git, of)})
    strategy = request.get("conflictResolutionStrategy") or "NONE"
    if conflicts and strategy in ("ACCEPT_SOURCE", "ACCEPT_DESTINATION"):
        winner = of.source if strategy == "ACCEPT_SOURCE" else of.destination
        return Merged(_with_files_of(git, tree, winner, conflicts), ())
    if strategy == "AUTOMERGE":
        conflicts = torn
    return Merged(tree, tuple(conflicts))


def changed_files(git: Git, before: str, after: str) -> Mapping[str, str]:
    """Path -> mode and blob afterwards ("" where it is gone)."""
    old, new = _files(git, before), _files(git, after)
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    return {path: f"{new[path].mode} {new[path].id}" if path in new else "" for path in changed}


def entry_at(git: Git, commit: str, path: str) -> TreeEntry | None:
    return None if commit == ZERO else git.entry(commit, path)


def _by_lines(git: Git, of: Sides) -> tuple[str, list[str]]:
    """git's own merge: the tree, and the paths that it could not merge."""
    code, printed = git.code(
        "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--allow-unrelated-histories",
        of.destination, of.source,
    )  # fmt: skip
    if code not in (0, 1):
        raise Refused("ManualMergeRequiredException", "The commits cannot be merged")
    tree, *paths = printed.decode(errors="surrogateescape").rstrip("\0").split("\0")
    return tree, list(dict.fromkeys(path for path in paths if path))


def _both_changed(git: Git, of: Sides) -> set[str]:
    ours, theirs = changed_files(git, of.base, of.destination), changed_files(git, of.base, of.source)
    return {path for path in ours.keys() & theirs.keys() if ours[path] != theirs[path]}


def _with_files_of(git: Git, tree: str, winner: str, paths: list[str]) -> str:
    files = _files(git, winner)
    with tree_of(git, tree) as index:
        for path in paths:
            if path in files:
                index.put(path, files[path].mode, files[path].id)
            else:
                index.remove(path)
        return index.write()


def _files(git: Git, commit: str) -> dict[str, TreeEntry]:
    return {} if commit == ZERO else {entry.path: entry for entry in git.entries(commit, deep=True)}
