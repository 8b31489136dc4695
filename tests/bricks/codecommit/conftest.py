from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate


class CodeCommit:
    """The brick as its clients call it, on one repository."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __call__(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("codecommit", operation, **request)

    def on(self, operation: str, **request: Any) -> dict[str, Any]:
        return self(operation, repositoryName="demo", **request)

    def refused(self, code: str, operation: str, **request: Any) -> Refused:
        with pytest.raises(Refused) as refused:
            self(operation, **request)
        assert refused.value.code == code, refused.value
        return refused.value

    def put(self, path: str, content: bytes, branch: str = "main", **request: Any) -> str:
        """One commit on the branch; gives its id."""
        branches = self.on("ListBranches")["branches"]
        if branch in branches:
            request["parentCommitId"] = self.tip(branch)
        commit: str = self.on("PutFile", branchName=branch, filePath=path, fileContent=content, **request)["commitId"]
        return commit

    def tip(self, branch: str = "main") -> str:
        commit: str = self.on("GetBranch", branchName=branch)["branch"]["commitId"]
        return commit

    def events(self) -> list[dict[str, Any]]:
        return [event["detail"] for event in self.context.baseplate.bus.events()]


@pytest.fixture
def codecommit(baseplate: Baseplate) -> CodeCommit:
    client = CodeCommit(baseplate.context())
    client("CreateRepository", repositoryName="demo", repositoryDescription="a repository")
    return client
