"""Merges of branches."""

from __future__ import annotations

from dataclasses import dataclass

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit import merging
from brickline.bricks.codecommit.git import Git
from brickline.bricks.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY, Sides
from brickline.bricks.codecommit.places import Places, Repository, branch_tip, commit_at
from brickline.bricks.codecommit.pushes import Move, Pushes
from brickline.bricks.codecommit.writing import author_of, make_commit


@dataclass(frozen=True)
class Made:
    """A merge as a commit that no branch has yet."""

    commit: str
    tree: str


class Merges:
    """GetMergeOptions, GetMergeConflicts and the three ways to merge branches."""

    def __init__(self, places: Places, pushes: Pushes) -> None:
        self._places = places
        self._pushes = pushes

    def get_merge_options(self, context: Context, request: Shape) -> Shape:
        repository, of = self._sides(context, request)
        options = [FAST_FORWARD] if of.can_fast_forward else []
        if not merging.merged(repository.git, of, request).conflicts:
            options += [SQUASH, THREE_WAY]
        return {"mergeOptions": options, **_commits(of)}

    def get_merge_conflicts(self, context: Context, request: Shape) -> Shape:
        repository, of = self._sides(context, request)
        if request["mergeOption"] == FAST_FORWARD:
            return {"mergeable": of.can_fast_forward, "conflictMetadataList": [], **_commits(of)}
        conflicts = merging.merged(repository.git, of, request).conflicts
        found = [_conflict(repository.git, of, path) for path in conflicts]
        return {"mergeable": not conflicts, "conflictMetadataList": found, **_commits(of)}

    def merge_branches_by_fast_forward(self, context: Context, request: Shape) -> Shape:
        return self._merge_branches(context, request, FAST_FORWARD)

    def merge_branches_by_squash(self, context: Context, request: Shape) -> Shape:
        return self._merge_branches(context, request, SQUASH)

    def merge_branches_by_three_way(self, context: Context, request: Shape) -> Shape:
        return self._merge_branches(context, request, THREE_WAY)

    def _merge_branches(self, context: Context, request: Shape, option: str) -> Shape:
        """The target branch moves; it is the destination where none is named."""
        repository, of = self._sides(context, request)
        target = request.get("targetBranch") or request["destinationCommitSpecifier"].removeprefix("refs/heads/")
        tip = branch_tip(repository, target)
        made = make_merge(context, repository, of, request, option)
        move_branch(self._pushes, context, repository, Move(f"refs/heads/{target}", tip, made.commit), of, option)
        return {"commitId": made.commit, "treeId": made.tree}

    def _sides(self, context: Context, request: Shape) -> tuple[Repository, Sides]:
        repository = self._places.repository(context, request["repositoryName"])
        source = commit_at(repository, request["sourceCommitSpecifier"])
        destination = commit_at(repository, request["destinationCommitSpecifier"])
        return repository, merging.sides(repository.git, source, destination)


def make_merge(context: Context, repository: Repository, of: Sides, request: Shape, option: str) -> Made:
    """The merge's commit. Refused where somebody has to merge by hand."""
    git = repository.git
    if option == FAST_FORWARD:
        if not of.can_fast_forward:
            message = f"{of.destination} is not an ancestor of {of.source}: it cannot be moved forward to it"
            raise Refused("ManualMergeRequiredException", message)
        return Made(of.source, git.line("rev-parse", f"{of.source}^{{tree}}"))
    result = merging.merged(git, of, request)
    if result.conflicts:
        message = f"Both sides have changed {', '.join(result.conflicts[:5])}: merge by hand"
        raise Refused("ManualMergeRequiredException", message)
    parents = [of.destination] if option == SQUASH else [of.destination, of.source]
    return Made(make_commit(git, result.tree, parents, author_of(context, request)), result.tree)


def move_branch(pushes: Pushes, context: Context, repository: Repository, move: Move, of: Sides, option: str) -> None:
    """Move a branch to a merge; its event tells of what."""
    details = {
        "baseCommitId": of.base,
        "sourceCommitId": of.source,
        "destinationCommitId": of.destination,
        "mergeOption": option,
    }
    pushes.move(context, repository, move, details=details)


def _commits(of: Sides) -> Shape:
    return {"sourceCommitId": of.source, "destinationCommitId": of.destination, "baseCommitId": of.base}


def _conflict(git: Git, of: Sides, path: str) -> Shape:
    places = {"source": of.source, "destination": of.destination, "base": of.base}
    entries = {side: merging.entry_at(git, commit, path) for side, commit in places.items()}
    there = {side: entry for side, entry in entries.items() if entry}
    return {
        "filePath": path,
        "fileSizes": {side: git.size(entry.id) for side, entry in there.items() if entry.kind == "blob"},
        "numberOfConflicts": 1,
        "contentConflict": True,
        "mergeOperations": {
            side: "D" if side not in there else "M" if "base" in there else "A" for side in ("source", "destination")
        },
    }
