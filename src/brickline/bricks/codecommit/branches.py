"""Branches."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit.git import ZERO, is_id
from brickline.bricks.codecommit.places import Places, branch_tip, check_branch_name
from brickline.bricks.codecommit.pushes import Move, Pushes


class Branches:
    """CodeCommit's operations on branches."""

    def __init__(self, places: Places, pushes: Pushes) -> None:
        self._places = places
        self._pushes = pushes

    def create_branch(self, context: Context, request: Shape) -> Shape:
        branch, commit = request["branchName"], request["commitId"]
        repository = self._places.repository(context, request["repositoryName"])
        check_branch_name(branch)
        if not is_id(commit):
            raise Refused("InvalidCommitIdException", f"commitId: {commit!r} is not a full commit id of 40 digits")
        if repository.git.commit_of(commit) is None:
            raise Refused("CommitDoesNotExistException", f"Commit {commit} does not exist in {repository.name}")
        reference = f"refs/heads/{branch}"
        if repository.git.reference(reference) != ZERO:
            raise Refused("BranchNameExistsException", f"Branch {branch} already exists in {repository.name}")
        self._pushes.move(context, repository, Move(reference, ZERO, commit))
        return {}

    def get_branch(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repository(context, request["repositoryName"])
        branch = request.get("branchName") or repository.default_branch
        if not branch:
            raise Refused("BranchNameRequiredException", "branchName: name one; the repository has no default branch")
        return {"branch": {"branchName": branch, "commitId": branch_tip(repository, branch)}}

    def list_branches(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repository(context, request["repositoryName"])
        return {"branches": [name for name, _ in repository.git.references("refs/heads/")]}

    def delete_branch(self, context: Context, request: Shape) -> Shape:
        """A branch that is not there is no error."""
        branch = request["branchName"]
        repository = self._places.repository(context, request["repositoryName"])
        check_branch_name(branch)
        if branch == repository.default_branch:
            raise Refused(
                "DefaultBranchCannotBeDeletedException",
                f"{branch} is the default branch of {repository.name}: make another one the default first",
            )
        reference = f"refs/heads/{branch}"
        commit = repository.git.reference(reference)
        if commit == ZERO:
            return {}
        self._pushes.move(context, repository, Move(reference, commit, ZERO))
        return {"deletedBranch": {"branchName": branch, "commitId": commit}}
