"""Files and folders of commits."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.codecommit.git import is_id
from brickline.bricks.codecommit.places import LARGEST_FILE, Places, checked_path, commit_at

FILE_MODES = {"100644": "NORMAL", "100755": "EXECUTABLE", "120000": "SYMLINK"}


class Files:
    """GetFile, GetFolder and GetBlob."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def get_file(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repository(context, request["repositoryName"])
        commit = commit_at(repository, request.get("commitSpecifier"))
        path = checked_path(request["filePath"])
        entry = repository.git.entry(commit, path) if path else None
        if entry is None or entry.kind != "blob":
            raise Refused("FileDoesNotExistException", f"{path} does not exist at {commit} in {repository.name}")
        size = repository.git.size(entry.id)
        if size > LARGEST_FILE:
            raise Refused("FileTooLargeException", f"{path} has {size} bytes; GetFile gives {LARGEST_FILE} at most")
        return {
            "commitId": commit,
            "blobId": entry.id,
            "filePath": path,
            "fileMode": FILE_MODES.get(entry.mode, "NORMAL"),
            "fileSize": size,
            "fileContent": repository.git.blob(entry.id),
        }

    def get_blob(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repository(context, request["repositoryName"])
        blob = request["blobId"]
        if not is_id(blob):
            raise Refused("InvalidBlobIdException", f"blobId: {blob!r} is not a full id of 40 digits")
        code, kind = repository.git.code("cat-file", "-t", blob)
        if code or kind.strip() != b"blob":
            raise Refused("BlobIdDoesNotExistException", f"Blob {blob} does not exist in {repository.name}")
        if repository.git.size(blob) > LARGEST_FILE:
            raise Refused("FileTooLargeException", f"Blob {blob} is larger than {LARGEST_FILE} bytes")
        return {"content": repository.git.blob(blob)}

    def get_folder(self, context: Context, request: Shape) -> Shape:
        repository = self._places.repository(context, request["repositoryName"])
        commit = commit_at(repository, request.get("commitSpecifier"))
        path = checked_path(request["folderPath"])
        folder = repository.git.entry(commit, path)
        if folder is None or folder.kind != "tree":
            raise Refused("FolderDoesNotExistException", f"{path} is not a folder at {commit} in {repository.name}")
        answer: Shape = {"commitId": commit, "folderPath": path, "treeId": folder.id}
        answer |= {"subFolders": [], "files": [], "symbolicLinks": [], "subModules": []}
        for entry in repository.git.entries(commit, f"{path}/" if path else ""):
            names = {"absolutePath": entry.path, "relativePath": entry.path.rsplit("/", 1)[-1]}
            if entry.kind == "tree":
                answer["subFolders"].append({"treeId": entry.id, **names})
            elif entry.kind == "commit":
                answer["subModules"].append({"commitId": entry.id, **names})
            else:
                kind = "symbolicLinks" if entry.mode == "120000" else "files"
                answer[kind].append({"blobId": entry.id, "fileMode": FILE_MODES[entry.mode], **names})
        return answer
