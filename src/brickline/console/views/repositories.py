"""`/console/repositories`: CodeCommit repositories, their files, history and branches."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.console import lists, repository
from brickline.console.repository import address
from brickline.console.visit import Html, Visit, get

_HISTORY = 20
_READMES = ("README.md", "README.rst", "README.txt", "README")


def repositories(visit: Visit) -> Html:
    listed = visit.call(
        "codecommit",
        "ListRepositories",
        sortBy="lastModifiedDate",
        order="descending",
        nextToken=visit.query.get("next"),
    )
    names = [one["repositoryName"] for one in listed["repositories"]][: lists.PAGE]
    found = visit.call("codecommit", "BatchGetRepositories", repositoryNames=names)["repositories"] if names else []
    return Html("repositories/list.html", {"repositories": found, "token": listed.get("nextToken")})


def files(visit: Visit) -> Html:
    """The repository's first page, a folder of it, or a file: `?at=` is a branch or a commit."""
    found = _repository(visit)
    name, path = found["repositoryName"], visit.place.get("path", "").strip("/")
    at = visit.query.get("at") or found.get("defaultBranch", "")
    values = {**_frame(visit, found, at), "path": path, "trail": _trail(name, path, at)}
    if not at:
        return Html("repositories/empty.html", values)
    if path and (file := _file(visit, name, path, at)):
        return Html("repositories/file.html", {**values, "file": file})
    folder = visit.call("codecommit", "GetFolder", repositoryName=name, folderPath=path or "/", commitSpecifier=at)
    return Html("repositories/files.html", {**values, **_entries(visit, name, folder, at)})


def commits(visit: Visit) -> Html:
    found = _repository(visit)
    name = found["repositoryName"]
    at = visit.query.get("at") or found.get("defaultBranch", "")
    start = visit.query.get("next") or _commit_of(visit, name, at)
    listed = repository.history(visit, name, start, _HISTORY + 1)
    token = listed[_HISTORY]["commitId"] if len(listed) > _HISTORY else None
    values = {**_frame(visit, found, at), "commits": listed[:_HISTORY], "token": token}
    return Html("repositories/commits.html", values)


def commit(visit: Visit) -> Html:
    found = _repository(visit)
    name = found["repositoryName"]
    one = visit.call("codecommit", "GetCommit", repositoryName=name, commitId=visit.place["id"])["commit"]
    before = next(iter(one["parents"]), "")
    values = {
        **_frame(visit, found, one["commitId"]),
        "commit": repository.shown(one),
        "changes": repository.changes(visit, name, before, one["commitId"]),
    }
    return Html("repositories/commit.html", values)


def _repository(visit: Visit) -> Shape:
    found: Shape = visit.call("codecommit", "GetRepository", repositoryName=visit.place["name"])["repositoryMetadata"]
    return found


def _frame(visit: Visit, found: Shape, at: str) -> Shape:
    """What every page of a repository shows."""
    name = found["repositoryName"]
    branches = visit.call("codecommit", "ListBranches", repositoryName=name)["branches"]
    return {"repository": found, "name": name, "branches": branches, "at": at, "address": address}


def _commit_of(visit: Visit, name: str, at: str) -> str:
    """The commit that a branch is at; what is no branch is a commit itself."""
    answer = visit.call_if_there("codecommit", "GetBranch", repositoryName=name, branchName=at) if at else None
    return str(answer["branch"]["commitId"]) if answer else at


def _trail(name: str, path: str, at: str) -> list[tuple[str, str]]:
    parts = path.split("/") if path else []
    return [(part, address(name, "files", "/".join(parts[: index + 1]), at=at)) for index, part in enumerate(parts)]


def _file(visit: Visit, name: str, path: str, at: str) -> Shape | None:
    """A file with its `text` (None where it is binary or long); None where the path is of no file."""
    try:
        found = visit.call("codecommit", "GetFile", repositoryName=name, filePath=path, commitSpecifier=at)
    except Refused as refused:
        if refused.code in ("FileTooLargeException", "CommitDoesNotExistException"):
            raise
        return None
    return {**found, "text": repository.text_of(found["fileContent"])}


def _entries(visit: Visit, name: str, folder: Shape, at: str) -> Shape:
    """Folders and files with their addresses, and the folder's README."""
    entries = [
        (f"{one['relativePath']}/", address(name, "files", one["absolutePath"], at=at)) for one in folder["subFolders"]
    ]
    entries += [(one["relativePath"], address(name, "files", one["absolutePath"], at=at)) for one in folder["files"]]
    paths = {one["relativePath"]: one["absolutePath"] for one in folder["files"]}
    readme = next((paths[one] for one in _READMES if one in paths), "")
    return {"entries": entries, "readme": _file(visit, name, readme, at) if readme else None, "readme_path": readme}


ROUTES = [
    get("/repositories", repositories),
    get("/repositories/{name}", files),
    get("/repositories/{name}/commits", commits),
    get("/repositories/{name}/commits/{id}", commit),
    get("/repositories/{name}/files/{path*}", files),
]
