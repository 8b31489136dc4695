"""What the repository of a connection is, on this machine.

`owner/repository` is a repository of that name in CodeCommit where there is one: it stands in for the provider's, and
its pushes start pipelines as the provider's would. Otherwise it is GitHub's. A git URL is what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused

_PROVIDER = "https://github.com"


@dataclass(frozen=True)
class Remote:
    """Where a repository is cloned from."""

    url: str
    is_ours: bool
    """Whether it is one of CodeCommit here."""

    @property
    def source_type(self) -> str:
        """CodeBuild's word for a source that is to be cloned from there."""
        return "CODECOMMIT" if self.is_ours else "GITHUB"


def stand_in(full_id: str) -> str:
    """The name of the CodeCommit repository that stands in for a connection's. Pure."""
    return full_id.rstrip("/").rpartition("/")[2].removesuffix(".git")


def codecommit_remote(context: Context, repository: str) -> Remote:
    """Refused where there is no such repository."""
    found = context.call("codecommit", "GetRepository", repositoryName=repository)
    return Remote(found["repositoryMetadata"]["cloneUrlHttp"], is_ours=True)


def connection_remote(context: Context, full_id: str) -> Remote:
    if "://" in full_id:
        return Remote(full_id, is_ours=False)
    try:
        return codecommit_remote(context, stand_in(full_id))
    except Refused as refused:
        if refused.code != "RepositoryDoesNotExistException":
            raise
        return Remote(f"{_PROVIDER}/{full_id}.git", is_ours=False)
