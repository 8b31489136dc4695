"""Projects: what is kept of them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bricks.codebuild.conftest import BUCKET, IMAGE, Account, project_request

from brickline.baseplate.errors import Refused

LINUX = {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"}


def test_a_project_has_its_defaults(account: Account) -> None:
    project = account.project(tags=[{"key": "team", "value": "ml"}])
    shown = account("BatchGetProjects", names=["project", project["arn"], "none"])
    assert shown == {"projects": [project, project], "projectsNotFound": ["none"]}
    assert project["arn"] == "arn:aws:codebuild:us-east-1:123456789012:project/project"
    assert project["timeoutInMinutes"] == 60
    assert project["queuedTimeoutInMinutes"] == 480
    assert project["cache"] == {"type": "NO_CACHE"}
    assert project["encryptionKey"] == "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"
    assert project["environment"]["imagePullCredentialsType"] == "CODEBUILD"
    assert project["tags"] == [{"key": "team", "value": "ml"}]


def test_an_update_replaces_the_members_that_it_gives(account: Account) -> None:
    before = account.project(description="old", tags=[{"key": "a", "value": "b"}])
    changed = account("UpdateProject", name="project", description="new", environment={**LINUX, "privilegedMode": True})
    after = changed["project"]
    assert (after["description"], after["environment"]["privilegedMode"]) == ("new", True)
    assert (after["source"], after["tags"], after["created"]) == (before["source"], before["tags"], before["created"])
    assert after["lastModified"] > before["lastModified"]


def test_projects_are_listed_in_the_order_that_is_asked_for(account: Account) -> None:
    for name in ("bb", "aa", "cc"):
        account.project(name)
    account("UpdateProject", name="bb", description="last")
    assert account("ListProjects")["projects"] == ["aa", "bb", "cc"]
    assert account("ListProjects", sortBy="CREATED_TIME", sortOrder="DESCENDING")["projects"] == ["cc", "aa", "bb"]
    assert account("ListProjects", sortBy="LAST_MODIFIED_TIME", sortOrder="DESCENDING")["projects"][0] == "bb"


def test_builds_outlive_their_project(account: Account) -> None:
    account.project()
    build = account.wait(account.start()["id"])
    account("DeleteProject", name="project")
    account("DeleteProject", name="project")
    assert account.get(build["arn"]) == build
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        account("ListBuildsForProject", projectName="project")


def test_builds_are_listed_and_deleted(account: Account) -> None:
    account.project()
    ids = [account.wait(account.start()["id"])["id"] for _ in range(3)]
    assert account("ListBuilds")["ids"] == ids[::-1]
    assert account("ListBuildsForProject", projectName="project", sortOrder="ASCENDING")["ids"] == ids
    account.wait_until(lambda: not account.is_unfinished(account.get(ids[0])))
    answer = account("BatchDeleteBuilds", ids=[ids[0], "project:none"])
    assert answer["buildsDeleted"] == [f"arn:aws:codebuild:us-east-1:123456789012:build/{ids[0]}"]
    assert answer["buildsNotDeleted"] == [{"id": "project:none", "statusCode": "BUILD_NOT_FOUND"}]
    assert account("BatchGetBuilds", ids=ids)["buildsNotFound"] == [ids[0]]


NO_SOURCE = {"type": "NO_SOURCE", "buildspec": "version: 0.2\n"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"source": {"type": "NO_SOURCE"}}, "buildspec is required"),
    ({"source": {"type": "NO_SOURCE", "buildspec": "buildspec.yml"}}, "buildspec is required"),
    ({"source": {**NO_SOURCE, "location": "x"}}, "location must be empty"),
    ({"source": {"type": "GITHUB"}}, "location is required for source type GITHUB"),
    ({"source": {"type": "S3", "location": "bucket"}}, "must be a valid S3 source"),
    ({"source": {"type": "CODEPIPELINE"}}, "artifact type CODEPIPELINE should be used with source type CODEPIPELINE"),
    ({"artifacts": {"type": "CODEPIPELINE"}}, "artifact type CODEPIPELINE should be used"),
    ({"artifacts": {"type": "S3"}}, "location"),
    ({"artifacts": {"type": "NO_ARTIFACTS", "location": "x"}}, "should not be set"),
    ({"timeoutInMinutes": 4}, "5"),
    ({"queuedTimeoutInMinutes": 481}, "480"),
    ({"cache": {"type": "S3"}}, "cache type S3"),
    ({"cache": {"type": "LOCAL"}}, "modes is required"),
    ({"serviceRole": "arn:aws:iam::123456789012:role/nobody"}, "not authorized to perform: sts:AssumeRole"),
    ({"secondarySources": [NO_SOURCE]}, "each needs sourceIdentifier"),
    ({"secondarySourceVersions": [{"sourceIdentifier": "x", "sourceVersion": "1"}]}, "no secondary source 'x'"),
    (
        {"environment": {**LINUX, "environmentVariables": [{"name": "CODEBUILD_X", "value": "1"}]}},
        "reserved",
    ),
    (
        {"environment": {**LINUX, "environmentVariables": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}},
        "more than once",
    ),
    ({"concurrentBuildLimit": 0}, "concurrentBuildLimit"),
    ({"logsConfig": {"s3Logs": {"status": "ENABLED"}}}, "s3Logs.location"),
]


@pytest.mark.parametrize(("members", "message"), REFUSED)
def test_what_is_refused(account: Account, members: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as raised:
        account("CreateProject", **project_request(**members))
    assert raised.value.code == "InvalidInputException"
    assert message in raised.value.message


def test_a_name_is_taken_once(account: Account) -> None:
    account.project()
    with pytest.raises(Refused) as raised:
        account.project()
    assert raised.value.code == "ResourceAlreadyExistsException"


def test_a_build_that_is_overridden_into_nonsense_is_refused(account: Account) -> None:
    account.project()
    with pytest.raises(Refused, match="location is required for source type S3"):
        account.start(sourceTypeOverride="S3")
    with pytest.raises(Refused, match="Invalid build ID"):
        account("StopBuild", id="nonsense")


def test_logs_may_go_elsewhere_or_nowhere(account: Account) -> None:
    account.project("here", logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": "g", "streamName": "s"}})
    build = account.wait(account.start("here")["id"])
    assert (build["logs"]["groupName"], build["logs"]["streamName"]) == ("g", f"s/{build['id'].partition(':')[2]}")
    assert account.log(build)
    account.project("nowhere", logsConfig={"cloudWatchLogs": {"status": "DISABLED"}})
    build = account.wait(account.start("nowhere")["id"])
    assert build["buildStatus"] == "SUCCEEDED"
    assert "groupName" not in build["logs"]


def test_the_curated_images(account: Account) -> None:
    platforms = account("ListCuratedEnvironmentImages")["platforms"]
    names = [image["name"] for one in platforms for language in one["languages"] for image in language["images"]]
    assert "aws/codebuild/standard:7.0" in names
    account.project(environment={**LINUX, "image": names[0]}, source={"type": "S3", "location": f"{BUCKET}/x.zip"})
