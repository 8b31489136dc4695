"""Commits made by the API: PutFile, DeleteFile, CreateCommit."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit.files import FILE_MODES
from brickline.bricks.codecommit.git import ZERO, Git, TreeEntry
from brickline.bricks.codecommit.places import LARGEST_FILE, Places, Repository, check_branch_name, checked_path
from brickline.bricks.codecommit.pushes import Move, Pushes

_MODES = {name: mode for mode, name in FILE_MODES.items()}
_MOST_ENTRIES = 100


@dataclass(frozen=True)
class Author:
    """Who a commit is by, and what it says."""

    name: str
    email: str
    message: str

    def variables(self) -> dict[str, str]:
        date = f"{int(clock.now())} {time.strftime('%z', time.gmtime())}"
        named = {"NAME": self.name, "EMAIL": self.email, "DATE": date}
        return {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in named.items()}


def author_of(context: Context, request: Shape, name: str = "authorName") -> Author:
    who = request.get(name) or context.principal.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return Author(who, request.get("email") or "", request.get("commitMessage") or "")


class Tree:
    """The files of a commit being changed, in an index of its own."""

    def __init__(self, git: Git, variables: Mapping[str, str]) -> None:
        self._git = git
        self._variables = variables

    def put(self, path: str, mode: str, blob: str) -> None:
        self._update(f"{mode} {blob}\t{path}")

    def remove(self, path: str) -> None:
        self._update(f"0 {ZERO}\t{path}")

    def write(self) -> str:
        return self._git.line("write-tree", variables=self._variables)

    def _update(self, line: str) -> None:
        data = line.encode(errors="surrogateescape") + b"\0"
        self._git.run("update-index", "-z", "--index-info", data=data, variables=self._variables)


@contextmanager
def tree_of(git: Git, start: str) -> Iterator[Tree]:
    """The tree of a commit or tree, to be changed; an empty one for ZERO."""
    index = git.folder / f"index-{secrets.token_hex(8)}"
    variables = {"GIT_INDEX_FILE": str(index)}
    try:
        if start != ZERO:
            git.run("read-tree", start, variables=variables)
        yield Tree(git, variables)
    finally:
        index.unlink(missing_ok=True)


def make_commit(git: Git, tree: str, parents: list[str], author: Author) -> str:
    options = [word for parent in parents for word in ("-p", parent)]
    return git.line("commit-tree", tree, *options, data=author.message.encode() or b"\n", variables=author.variables())


class Writing:
    """One commit on a branch's tip per call."""

    def __init__(self, places: Places, pushes: Pushes) -> None:
        self._places = places
        self._pushes = pushes

    def put_file(self, context: Context, request: Shape) -> Shape:
        repository, tip = self._branch(context, request)
        path = _file_path(request["filePath"])
        _check_size(path, request["fileContent"])
        mode = _MODES[request.get("fileMode") or "NORMAL"]
        blob = repository.git.line("hash-object", "-w", "--stdin", data=request["fileContent"])
        old = _check_place(repository.git, tip, path)
        if old and (old.id, old.mode) == (blob, mode):
            raise Refused("SameFileContentException", f"{path} has this content and mode already")
        with tree_of(repository.git, tip) as tree:
            tree.put(path, mode, blob)
            tree_id = tree.write()
        commit = self._commit(context, repository, request, tree_id, tip, author_of(context, request, "name"))
        return {"commitId": commit, "blobId": blob, "treeId": tree_id}

    def delete_file(self, context: Context, request: Shape) -> Shape:
        repository, tip = self._branch(context, request)
        path = _file_path(request["filePath"])
        old = _existing(repository, tip, path)
        with tree_of(repository.git, tip) as tree:
            tree.remove(path)
            if request.get("keepEmptyFolders"):
                _keep_folder(repository.git, tree, tip, [path])
            tree_id = tree.write()
        commit = self._commit(context, repository, request, tree_id, tip, author_of(context, request, "name"))
        return {"commitId": commit, "blobId": old.id, "treeId": tree_id, "filePath": path}

    def create_commit(self, context: Context, request: Shape) -> Shape:
        repository, tip = self._branch(context, request)
        _check_entries(request)
        before = {entry.path: entry for entry in repository.git.entries(tip, deep=True)} if tip != ZERO else {}
        with tree_of(repository.git, tip) as tree:
            for one in request.get("putFiles") or ():
                _put(repository, tree, tip, one)
            removed = [_file_path(one["filePath"]) for one in request.get("deleteFiles") or ()]
            for path in removed:
                _existing(repository, tip, path)
                tree.remove(path)
            for one in request.get("setFileModes") or ():
                path = _file_path(one["filePath"])
                tree.put(path, _MODES[one["fileMode"]], _existing(repository, tip, path).id)
            if request.get("keepEmptyFolders"):
                _keep_folder(repository.git, tree, tip, removed)
            tree_id = tree.write()
        after = {entry.path: entry for entry in repository.git.entries(tree_id, deep=True)}
        if after == before:
            raise Refused("NoChangeException", "The commit would change nothing")
        commit = self._commit(context, repository, request, tree_id, tip, author_of(context, request))
        return {"commitId": commit, "treeId": tree_id, **_changes(before, after)}

    def _branch(self, context: Context, request: Shape) -> tuple[Repository, str]:
        """The repository and the branch's tip, ZERO where the repository is empty; checks the parent that is named."""
        repository = self._places.repository(context, request["repositoryName"])
        branch, parent = request["branchName"], request.get("parentCommitId")
        check_branch_name(branch)
        tip = repository.git.reference(f"refs/heads/{branch}")
        if tip == ZERO and repository.default_branch:
            raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist in {repository.name}")
        if tip != ZERO and not parent:
            message = f"parentCommitId: name the tip of {branch}, which is {tip}"
            raise Refused("ParentCommitIdRequiredException", message)
        if parent and parent != tip:
            if repository.git.commit_of(parent) is None:
                raise Refused("ParentCommitDoesNotExistException", f"parentCommitId: {parent} does not exist")
            message = f"parentCommitId: {parent} is not the tip of {branch}, which is {tip}"
            raise Refused("ParentCommitIdOutdatedException", message)
        return repository, tip

    def _commit(
        self, context: Context, repository: Repository, request: Shape, tree: str, tip: str, author: Author
    ) -> str:
        commit = make_commit(repository.git, tree, [] if tip == ZERO else [tip], author)
        self._pushes.move(context, repository, Move(f"refs/heads/{request['branchName']}", tip, commit))
        return commit


def _check_entries(request: Shape) -> None:
    members = ("putFiles", "deleteFiles", "setFileModes")
    paths = [one["filePath"].strip("/") for member in members for one in request.get(member) or ()]
    if not paths:
        raise Refused("FileEntryRequiredException", "putFiles, deleteFiles, setFileModes: name at least one file")
    if len(paths) > _MOST_ENTRIES:
        raise Refused("MaximumFileEntriesExceededException", f"{len(paths)} files are named; {_MOST_ENTRIES} at most")
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice:
        raise Refused("SamePathRequestException", f"{twice} is named more than once")


def _put(repository: Repository, tree: Tree, tip: str, one: Shape) -> None:
    path, source = _file_path(one["filePath"]), one.get("sourceFile")
    if source and "fileContent" in one:
        message = f"{path}: give fileContent or sourceFile, not both"
        raise Refused("FileContentAndSourceFileSpecifiedException", message)
    if not source and "fileContent" not in one:
        raise Refused("SourceFileOrContentRequiredException", f"{path}: give fileContent or sourceFile")
    _check_place(repository.git, tip, path)
    if source:
        origin = _existing(repository, tip, _file_path(source["filePath"]))
        mode, blob = origin.mode, origin.id
        if source.get("isMove"):
            tree.remove(origin.path)
    else:
        _check_size(path, one["fileContent"])
        mode, blob = "100644", repository.git.line("hash-object", "-w", "--stdin", data=one["fileContent"])
    tree.put(path, _MODES[one["fileMode"]] if "fileMode" in one else mode, blob)


def _keep_folder(git: Git, tree: Tree, tip: str, removed: list[str]) -> None:
    """An empty `.gitkeep` where the last file of a folder goes."""
    left = {entry.path for entry in git.entries(tip, deep=True)} - set(removed)
    empty = git.line("hash-object", "-w", "--stdin")
    for folder in {path.rpartition("/")[0] for path in removed} - {""}:
        if not any(path.startswith(f"{folder}/") for path in left):
            tree.put(f"{folder}/.gitkeep", "100644", empty)


def _existing(repository: Repository, tip: str, path: str) -> TreeEntry:
    entry = repository.git.entry(tip, path) if tip != ZERO else None
    if entry is None or entry.kind != "blob":
        raise Refused("FileDoesNotExistException", f"{path} does not exist at the tip of the branch")
    return entry


def _check_place(git: Git, tip: str, path: str) -> TreeEntry | None:
    """What is at the path now; refused where a folder is, or a file is in the way."""
    if tip == ZERO:
        return None
    entry = git.entry(tip, path)
    if entry and entry.kind == "tree":
        raise Refused("FileNameConflictsWithDirectoryNameException", f"{path} is a folder")
    if entry and entry.kind == "commit":
        raise Refused("FilePathConflictsWithSubmodulePathException", f"{path} is a submodule")
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = git.entry(tip, "/".join(parts[:depth]))
        if above and above.kind != "tree":
            raise Refused("DirectoryNameConflictsWithFileNameException", f"{above.path} is a file, not a folder")
    return entry


def _check_size(path: str, content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        message = f"{path} has {len(content)} bytes; {LARGEST_FILE} at most"
        raise Refused("FileContentSizeLimitExceededException", message)


def _file_path(path: str) -> str:
    plain = checked_path(path)
    if not plain:
        raise Refused("PathRequiredException", "filePath: name a file")
    return plain


def _changes(before: Mapping[str, TreeEntry], after: Mapping[str, TreeEntry]) -> Shape:
    def told(entry: TreeEntry) -> Shape:
        return {"absolutePath": entry.path, "blobId": entry.id, "fileMode": FILE_MODES.get(entry.mode, "NORMAL")}

    return {
        "filesAdded": [told(entry) for path, entry in after.items() if path not in before],
        "filesUpdated": [told(entry) for path, entry in after.items() if before.get(path, entry) != entry],
        "filesDeleted": [told(entry) for path, entry in before.items() if path not in after],
    }
