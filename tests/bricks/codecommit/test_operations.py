from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.bricks.codecommit.conftest import CodeCommit

from brickline.baseplate.house import Baseplate
from brickline.bricks.codecommit.git import ZERO, is_reference_name


@pytest.mark.parametrize("name", ["main", "feature/x", "-x", "--upload-pack=x", "a@b", "ä", "a.b"])
def test_names_that_git_takes(name: str) -> None:
    assert is_reference_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a..b",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a~1",
        "a^",
        "a:b",
        "@",
        "a@{1}",
        "a\nb",
        "a.",
    ],
)
def test_names_that_git_refuses(name: str) -> None:
    assert not is_reference_name(name)


def test_repositories_are_described_listed_renamed_and_deleted(codecommit: CodeCommit) -> None:
    about = codecommit.on("GetRepository")["repositoryMetadata"]
    assert about["Arn"] == "arn:aws:codecommit:us-east-1:123456789012:demo"
    assert about["cloneUrlHttp"].endswith("/v1/repos/demo")
    assert "defaultBranch" not in about
    codecommit.refused("RepositoryNameExistsException", "CreateRepository", repositoryName="demo")
    codecommit.refused("InvalidRepositoryNameException", "CreateRepository", repositoryName="../x")
    codecommit.refused("InvalidRepositoryNameException", "CreateRepository", repositoryName="x.git")
    codecommit.put("a.txt", b"a")
    codecommit("UpdateRepositoryName", oldName="demo", newName="other")
    codecommit.refused("RepositoryDoesNotExistException", "GetRepository", repositoryName="demo")
    found = codecommit("BatchGetRepositories", repositoryNames=["other", "demo"])
    assert [one["defaultBranch"] for one in found["repositories"]] == ["main"]
    assert found["repositoriesNotFound"] == ["demo"]
    assert [one["repositoryName"] for one in codecommit("ListRepositories")["repositories"]] == ["other"]
    assert "repositoryId" in codecommit("DeleteRepository", repositoryName="other")
    assert codecommit("DeleteRepository", repositoryName="other") == {}
    assert not [*(codecommit.context.baseplate.data / "repositories").iterdir()]


def test_repositories_are_listed_by_name_or_by_change(codecommit: CodeCommit, later: Callable[[float], None]) -> None:
    def names(**request: str) -> list[str]:
        return [one["repositoryName"] for one in codecommit("ListRepositories", **request)["repositories"]]

    for name in ("other", "another"):
        later(1)
        codecommit("CreateRepository", repositoryName=name)
    assert names() == ["another", "demo", "other"]
    assert names(order="descending") == ["other", "demo", "another"]
    assert names(sortBy="lastModifiedDate", order="descending") == ["another", "other", "demo"]
    answer = codecommit("ListRepositories")
    assert "nextToken" not in answer
    assert all(set(one) == {"repositoryName", "repositoryId"} for one in answer["repositories"])
    codecommit.refused("InvalidContinuationTokenException", "ListRepositories", nextToken="mine")


def test_the_first_commit_makes_the_default_branch_and_each_move_is_told_once(codecommit: CodeCommit) -> None:
    first = codecommit.put("a.txt", b"a")
    second = codecommit.put("b/c.txt", b"c")
    codecommit.on("CreateBranch", branchName="-x", commitId=first)
    codecommit.on("DeleteBranch", branchName="-x")
    assert codecommit.on("DeleteBranch", branchName="-x") == {}
    codecommit.refused(
        "DefaultBranchCannotBeDeletedException", "DeleteBranch", repositoryName="demo", branchName="main"
    )
    told = [
        (one["event"], one["referenceName"], one.get("commitId"), one.get("oldCommitId")) for one in codecommit.events()
    ]
    assert told == [
        ("referenceCreated", "main", first, None),
        ("referenceUpdated", "main", second, first),
        ("referenceCreated", "-x", first, None),
        ("referenceDeleted", "-x", None, first),
    ]
    assert codecommit.on("GetRepository")["repositoryMetadata"]["defaultBranch"] == "main"


def test_files_and_folders_are_read(codecommit: CodeCommit) -> None:
    commit = codecommit.put("a.txt", b"a")
    codecommit.put("run.sh", b"#!/bin/sh", fileMode="EXECUTABLE")
    codecommit.put("d/e/f.txt", b"f")
    found = codecommit.on("GetFile", filePath="/a.txt", commitSpecifier=commit)
    assert (found["fileContent"], found["fileSize"], found["fileMode"]) == (b"a", 1, "NORMAL")
    assert codecommit.on("GetBlob", blobId=found["blobId"])["content"] == b"a"
    folder = codecommit.on("GetFolder", folderPath="/", commitSpecifier="main")
    assert [one["absolutePath"] for one in folder["subFolders"]] == ["d"]
    assert [(one["relativePath"], one["fileMode"]) for one in folder["files"]] == [
        ("a.txt", "NORMAL"),
        ("run.sh", "EXECUTABLE"),
    ]
    assert [one["absolutePath"] for one in codecommit.on("GetFolder", folderPath="d")["subFolders"]] == ["d/e"]
    for code, operation, request in (
        ("FileDoesNotExistException", "GetFile", {"filePath": "none"}),
        ("FileDoesNotExistException", "GetFile", {"filePath": "d"}),
        ("FolderDoesNotExistException", "GetFolder", {"folderPath": "a.txt"}),
        ("InvalidPathException", "GetFile", {"filePath": "../x"}),
        ("CommitDoesNotExistException", "GetFile", {"filePath": "a.txt", "commitSpecifier": "none"}),
        ("InvalidCommitException", "GetFile", {"filePath": "a.txt", "commitSpecifier": "main..other"}),
        ("BlobIdDoesNotExistException", "GetBlob", {"blobId": "a" * 40}),
    ):
        codecommit.refused(code, operation, repositoryName="demo", **request)


def test_commits_are_made_against_the_tip(codecommit: CodeCommit) -> None:
    made = codecommit.on(
        "CreateCommit",
        branchName="main",
        authorName="Ada",
        email="ada@example.com",
        commitMessage="first",
        putFiles=[
            {"filePath": "a.txt", "fileContent": b"a"},
            {"filePath": "d/b.txt", "fileContent": b"b", "fileMode": "EXECUTABLE"},
        ],
    )
    assert sorted(one["absolutePath"] for one in made["filesAdded"]) == ["a.txt", "d/b.txt"]
    commit = codecommit.on("GetCommit", commitId=made["commitId"])["commit"]
    assert (commit["author"]["name"], commit["message"], commit["parents"]) == ("Ada", "first", [])
    changed = codecommit.on(
        "CreateCommit",
        branchName="main",
        parentCommitId=made["commitId"],
        putFiles=[{"filePath": "moved.txt", "sourceFile": {"filePath": "a.txt", "isMove": True}}],
        deleteFiles=[{"filePath": "d/b.txt"}],
        keepEmptyFolders=True,
    )
    assert sorted(one["absolutePath"] for one in changed["filesAdded"]) == ["d/.gitkeep", "moved.txt"]
    assert sorted(one["absolutePath"] for one in changed["filesDeleted"]) == ["a.txt", "d/b.txt"]
    found = codecommit.on(
        "GetDifferences", beforeCommitSpecifier=made["commitId"], afterCommitSpecifier="main", MaxResults=3
    )
    assert [one["changeType"] for one in found["differences"]] == ["D", "A", "D"]
    assert (
        len(
            codecommit.on(
                "GetDifferences",
                beforeCommitSpecifier=made["commitId"],
                afterCommitSpecifier="main",
                NextToken=found["NextToken"],
            )["differences"]
        )
        == 1
    )
    tip = changed["commitId"]
    put = {"repositoryName": "demo", "branchName": "main", "filePath": "moved.txt", "fileContent": b"a"}
    codecommit.refused("ParentCommitIdRequiredException", "PutFile", **put)
    codecommit.refused("ParentCommitIdOutdatedException", "PutFile", **put, parentCommitId=made["commitId"])
    codecommit.refused("ParentCommitDoesNotExistException", "PutFile", **put, parentCommitId="b" * 40)
    codecommit.refused("SameFileContentException", "PutFile", **put, parentCommitId=tip)
    put["filePath"] = "moved.txt/x"
    codecommit.refused("DirectoryNameConflictsWithFileNameException", "PutFile", **put, parentCommitId=tip)
    put["filePath"] = ".git/config"
    codecommit.refused("InvalidPathException", "PutFile", **put, parentCommitId=tip)
    same = [{"filePath": "moved.txt", "fileContent": b"a"}]
    commit_on = {"repositoryName": "demo", "branchName": "main", "parentCommitId": tip}
    codecommit.refused("NoChangeException", "CreateCommit", **commit_on, putFiles=same)
    codecommit.refused("SamePathRequestException", "CreateCommit", **commit_on, putFiles=same * 2)
    codecommit.refused("FileEntryRequiredException", "CreateCommit", **commit_on)


def test_a_move_that_a_kill_interrupted_is_told_by_the_next_start(
    codecommit: CodeCommit, make_baseplate: Callable[..., Baseplate]
) -> None:
    """As the record is left between git's move and the commit of its events."""
    from brickline.baseplate.resources import Resources
    from brickline.bricks.codecommit.kinds import PUSH
    from brickline.bricks.codecommit.places import Places

    commit = codecommit.put("a.txt", b"a")
    baseplate = codecommit.context.baseplate
    repository = Places(baseplate).repository(codecommit.context, "demo")
    repository.git.run("update-ref", "refs/heads/moved", commit)
    moves = [
        {"reference": "refs/heads/moved", "old": ZERO, "new": commit},
        {"reference": "refs/heads/not-moved", "old": ZERO, "new": commit},
    ]
    private = {"repository": repository.resource.id, "moves": moves, "details": {}, "principal": "arn:aws:iam::1:root"}
    Resources(baseplate, PUSH).create(codecommit.context, "left", {}, private=private, unfinished=True)
    before = len(codecommit.events())
    baseplate.close()
    again = make_baseplate()
    again.start()
    again.controllers.close()
    told = CodeCommit(again.context()).events()[before:]
    assert [(one["event"], one["referenceName"]) for one in told] == [("referenceCreated", "moved")]


def test_triggers_are_kept_checked_and_fire_a_function(codecommit: CodeCommit) -> None:
    trigger = {
        "name": "tell",
        "destinationArn": "arn:aws:lambda:us-east-1:123456789012:function:none",
        "branches": ["main"],
        "events": ["all"],
        "customData": "x",
    }
    codecommit.on("PutRepositoryTriggers", triggers=[trigger])
    assert codecommit.on("GetRepositoryTriggers")["triggers"] == [trigger]
    failed = codecommit.on("TestRepositoryTriggers", triggers=[trigger])["failedExecutions"]
    assert failed[0]["trigger"] == "tell"
    bad = {**trigger, "destinationArn": "arn:aws:sns:us-east-1:123456789012:topic"}
    code = "InvalidRepositoryTriggerDestinationArnException"
    codecommit.refused(code, "PutRepositoryTriggers", repositoryName="demo", triggers=[bad])
    commit = codecommit.put("a.txt", b"a")
    from brickline.baseplate.resources import Resources
    from brickline.bricks.codecommit.kinds import TRIGGER_RUN

    runs = [*Resources(codecommit.context.baseplate, TRIGGER_RUN).all(codecommit.context)]
    records = json.loads(json.dumps(runs[0].private["event"]))["Records"]
    assert records[0]["codecommit"]["references"] == [{"commit": commit, "ref": "refs/heads/main", "created": True}]
    assert records[0]["customData"] == "x"


def test_tags(codecommit: CodeCommit) -> None:
    arn = codecommit.on("GetRepository")["repositoryMetadata"]["Arn"]
    codecommit("TagResource", resourceArn=arn, tags={"team": "a", "stage": "b"})
    codecommit("UntagResource", resourceArn=arn, tagKeys=["stage"])
    assert codecommit("ListTagsForResource", resourceArn=arn) == {"tags": {"team": "a"}}
