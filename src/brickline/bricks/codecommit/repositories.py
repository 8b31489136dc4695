"""Repositories: create, describe, list, rename, delete."""

from __future__ import annotations

import shutil

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.codecommit.git import Git
from brickline.bricks.codecommit.places import Places, branch_tip, check_branch_name

_MOST_AT_ONCE = 100


class Repositories:
    """CodeCommit's operations on repositories as a whole."""

    def __init__(self, baseplate: Baseplate, places: Places) -> None:
        self._baseplate = baseplate
        self._places = places
        self._repositories = places.repositories

    def create_repository(self, context: Context, request: Shape) -> Shape:
        name = request["repositoryName"]
        if name.endswith(".git"):
            raise Refused("InvalidRepositoryNameException", f"repositoryName: {name!r} must not end in .git")
        repository_id = naming.unique_id()
        document = {
            "accountId": context.account,
            "repositoryId": repository_id,
            **_if_any("repositoryDescription", request.get("repositoryDescription")),
            **_if_any("kmsKeyId", request.get("kmsKeyId")),
        }
        with self._baseplate.store.write():
            made = self._repositories.create(context, name, document, tags=request.get("tags"))
            folder = self._places.folder(repository_id)
            folder.parent.mkdir(exist_ok=True)
            Git.init(folder)
        return {"repositoryMetadata": self._metadata(context, made)}

    def get_repository(self, context: Context, request: Shape) -> Shape:
        found = self._repositories.get(context, request["repositoryName"])
        return {"repositoryMetadata": self._metadata(context, found)}

    def batch_get_repositories(self, context: Context, request: Shape) -> Shape:
        names = request["repositoryNames"]
        if len(names) > _MOST_AT_ONCE:
            raise Refused("MaximumRepositoryNamesExceededException", f"repositoryNames: {_MOST_AT_ONCE} at most")
        found = {name: self._repositories.find(context, name) for name in names}
        return {
            "repositories": [self._metadata(context, one) for one in found.values() if one],
            "repositoriesNotFound": [name for name, one in found.items() if one is None],
        }

    def list_repositories(self, context: Context, request: Shape) -> Shape:
        words = {"nextToken": request.get("nextToken"), "SortOrder": request.get("order", "ascending").capitalize()}
        if "sortBy" in request:
            words["SortBy"] = request["sortBy"]
        try:
            page = self._repositories.page(context, words)
        except Refused as refused:
            raise Refused("InvalidContinuationTokenException", refused.message) from None
        names = [{member: one[member] for member in ("repositoryName", "repositoryId")} for one in page["repositories"]]
        return {**page, "repositories": names}

    def update_repository_description(self, context: Context, request: Shape) -> Shape:
        with self._repositories.change(context, request["repositoryName"]) as found:
            found.document.pop("repositoryDescription", None)
            found.document |= _if_any("repositoryDescription", request.get("repositoryDescription"))
        return {}

    def update_repository_name(self, context: Context, request: Shape) -> Shape:
        old, new = request["oldName"], request["newName"]
        with self._baseplate.store.write():
            found = self._repositories.get(context, old)
            if old == new:
                return {}
            self._repositories.delete(found)
            self._repositories.create(context, new, found.document, private=found.private, tags=found.tags)
        return {}

    def update_default_branch(self, context: Context, request: Shape) -> Shape:
        branch = request["defaultBranchName"]
        check_branch_name(branch)
        with self._repositories.change(context, request["repositoryName"]) as found:
            repository = self._places.of(found)
            branch_tip(repository, branch)
            found.document["defaultBranch"] = branch
            repository.git.run("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        return {}

    def delete_repository(self, context: Context, request: Shape) -> Shape:
        """An unknown name is no error here."""
        found = self._repositories.find(context, request["repositoryName"])
        if found is None:
            return {}
        with self._baseplate.store.write():
            self._repositories.delete(found)
            folder = self._places.folder(found.document["repositoryId"])
            self._baseplate.store.after_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
        return {"repositoryId": found.document["repositoryId"]}

    def _metadata(self, context: Context, repository: Resource) -> Shape:
        """With clone URLs at the address by which the caller reached the server."""
        endpoint = self._baseplate.addresses.endpoint_url
        is_ours = not context.host or context.host in endpoint or context.host.endswith("amazonaws.com")
        base = endpoint if is_ours else f"http://{context.host}"
        ssh = f"ssh://git-codecommit.{repository.region}.amazonaws.com/v1/repos/{repository.name}"
        return {
            **repository.document,
            "cloneUrlHttp": f"{base}/v1/repos/{repository.name}",
            "cloneUrlSsh": ssh,
        }


def _if_any(member: str, value: str | None) -> Shape:
    return {member: value} if value else {}
