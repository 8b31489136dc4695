"""Finds repositories, revisions and paths that requests name; refuses what is not there in the service's words."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.codecommit.git import Git, is_id, is_reference_name
from brickline.bricks.codecommit.kinds import REPOSITORY

LARGEST_FILE = 6 << 20
_LOCK = "brickline.lock"


@dataclass(frozen=True)
class Repository:
    """A repository as operations use it."""

    resource: Resource
    git: Git

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def default_branch(self) -> str:
        branch: str = self.resource.document.get("defaultBranch", "")
        return branch

    @contextmanager
    def locked(self, *, wait: bool = True) -> Iterator[int]:
        """Only one at a time moves references; a git process that inherits the descriptor keeps the lock.

        Raises BlockingIOError where it is taken and is not to be waited for.
        """
        with (self.git.folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock.fileno()


class Places:
    """Repositories by name."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.repositories = Resources(baseplate, REPOSITORY)
        self._root = baseplate.data / "repositories"

    def folder(self, repository_id: str) -> Path:
        """By the service's own id: a name of somebody's choosing is no path."""
        return self._root / f"{repository_id}.git"

    def repository(self, context: Context, name: str) -> Repository:
        return self.of(self.repositories.get(context, name))

    def of(self, resource: Resource) -> Repository:
        return Repository(resource, Git(self.folder(resource.document["repositoryId"])))


def commit_at(repository: Repository, specifier: str | None) -> str:
    """The commit of a branch, tag, full reference or id; of the default branch where nothing is said."""
    if not specifier and not repository.default_branch:
        raise Refused("CommitDoesNotExistException", f"Repository {repository.name} has no commit yet")
    specifier = specifier or repository.default_branch
    if is_id(specifier):
        candidates = [specifier]
    elif is_reference_name(specifier):
        candidates = [f"refs/heads/{specifier}", f"refs/tags/{specifier}"]
        candidates += [specifier] if specifier.startswith("refs/") else []
    else:
        raise Refused("InvalidCommitException", f"{specifier!r} is neither a branch, a tag nor a commit id")
    found = (repository.git.commit_of(candidate) for candidate in candidates)
    commit = next((commit for commit in found if commit), None)
    if commit is None:
        raise Refused("CommitDoesNotExistException", f"Repository {repository.name} has no commit {specifier}")
    return commit


def branch_tip(repository: Repository, branch: str) -> str:
    """The commit at a branch's tip. Refused where there is no such branch."""
    check_branch_name(branch)
    commit = repository.git.commit_of(f"refs/heads/{branch}")
    if commit is None:
        raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist in {repository.name}")
    return commit


def check_branch_name(branch: str) -> None:
    if not is_reference_name(branch) or branch.startswith("refs/"):
        raise Refused(
            "InvalidBranchNameException",
            f"{branch!r} is no name of a branch: it has no spaces, control characters, '..', '~', '^' or ':', "
            "and no 'refs/' in front",
        )


def checked_path(path: str, *, code: str = "InvalidPathException") -> str:
    """A path inside the repository, without slashes around it. Refused where it climbs out or into git's own folder."""
    plain = path.strip("/")
    parts = plain.split("/") if plain else []
    if any(part in ("", ".", "..") or part.lower() == ".git" or "\0" in part for part in parts):
        raise Refused(code, f"{path!r} is not a path inside of the repository")
    return plain
