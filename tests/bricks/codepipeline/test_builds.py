"""Builds and commands in pipelines, and sources that git has."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from tests.bricks.codepipeline.conftest import (
    STORE,
    Account,
    action,
    deploy,
    make_project,
    manual,
    pipeline,
    stage,
)

from brickline.baseplate.brick import Shape

BUILDSPEC = """
version: 0.2
env:
  exported-variables: [ANSWER]
phases:
  build:
    commands:
      - echo "$CODEBUILD_INITIATOR $GREETING $(cat index.html)" > page.html
      - export ANSWER=42
artifacts:
  files: [page.html]
"""


def build(**members: object) -> Shape:
    made = action(
        "Build",
        "Build",
        "CodeBuild",
        configuration={
            "ProjectName": "project",
            "EnvironmentVariables": '[{"name":"GREETING","value":"hi-#{codepipeline.PipelineExecutionId}"}]',
        },
        inputArtifacts=[{"name": "SourceArtifact"}],
        outputArtifacts=[{"name": "Built"}],
        namespace="BuildVariables",
    )
    return {**made, **members}


@pytest.fixture
def with_project(account: Account) -> Account:
    make_project(account)
    return account


def test_a_build_gets_its_artifact_and_gives_its_own(with_project: Account) -> None:
    account = with_project
    account.push({"index.html": "first", "buildspec.yml": BUILDSPEC})
    placed = {**deploy(), "inputArtifacts": [{"name": "Built"}]}
    asking = manual(configuration={"CustomData": "#{BuildVariables.ANSWER}"})
    execution = account.create(pipeline(stage("Build", build()), stage("Deploy", placed), stage("Approve", asking)))
    account.wait_for_approval(execution)
    page = account.object("page.html").decode().strip()
    assert page == f"codepipeline/pipe hi-{execution} first"
    assert account.history()[-1]["input"]["resolvedConfiguration"]["CustomData"] == "42"
    shown = account.action("Build", "Build")
    assert shown["externalExecutionId"].startswith("project:")
    made = account.baseplate.context().call("codebuild", "BatchGetBuilds", ids=[shown["externalExecutionId"]])
    assert made["builds"][0]["sourceVersion"].startswith(f"arn:aws:s3:::{STORE}/pipe/SourceArti/")


def test_a_failed_build_says_which_command(with_project: Account) -> None:
    account = with_project
    account.push({"buildspec.yml": "version: 0.2\nphases: {build: {commands: [exit 3]}}"})
    execution = account.create(pipeline(stage("Build", build())))
    assert account.wait(execution)["status"] == "Failed"
    error = account.action("Build", "Build")["errorDetails"]
    assert error["code"] == "JobFailed"
    assert error["message"] == (
        "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, "
        "Message: Error while executing command: exit 3. Reason: exit status 3"
    )


def test_a_build_that_cannot_start_fails_the_action(account: Account) -> None:
    execution = account.create(pipeline(stage("Build", build())))
    assert account.wait(execution)["status"] == "Failed"
    assert account.action("Build", "Build")["errorDetails"]["message"].startswith("Error calling startBuild: ")


def test_commands_run_without_a_project(account: Account) -> None:
    commands = action(
        "Run",
        "Compute",
        "Commands",
        commands=["cp index.html copy.html", "export WORD=#{codepipeline.PipelineExecutionId}"],
        inputArtifacts=[{"name": "SourceArtifact"}],
        outputArtifacts=[{"name": "Copied", "files": ["copy.html"]}],
        outputVariables=["WORD"],
        namespace="Run",
    )
    placed = {**deploy(), "inputArtifacts": [{"name": "Copied"}]}
    execution = account.create(pipeline(stage("Run", commands), stage("Deploy", placed), pipelineType="V2"))
    assert account.wait(execution)["status"] == "Succeeded", account.history()[-1]["output"]
    assert account.object("copy.html") == b"first"
    assert account.history()[1]["output"]["outputVariables"] == {"WORD": execution}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    _git("init", "-q", "-b", "main", str(folder))
    _commit(folder, "index.html", "of git", "A first commit")
    return folder


def _git(*arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def _commit(folder: Path, name: str, text: str, message: str) -> str:
    (folder / name).write_text(text)
    _git("-C", str(folder), "add", ".")
    _git("-C", str(folder), "commit", "-qm", message)
    return _git("-C", str(folder), "rev-parse", "HEAD")


def _connected(repository: Path, **configuration: str) -> Shape:
    return action(
        "Source",
        "Source",
        "CodeStarSourceConnection",
        configuration={
            "ConnectionArn": "arn:aws:codestar-connections:us-east-1:123456789012:connection/1",
            "FullRepositoryId": f"file://{repository}",
            "BranchName": "main",
            **configuration,
        },
        outputArtifacts=[{"name": "SourceArtifact"}],
    )


def test_a_git_repository_is_a_source(account: Account, repository: Path) -> None:
    declared = pipeline(stage("Deploy", deploy()))
    declared["stages"][0]["actions"] = [_connected(repository)]
    execution = account.create(declared)
    found = account.wait(execution)
    assert found["status"] == "Succeeded", account.history()[-1]["output"]
    head = _git("-C", str(repository), "rev-parse", "HEAD")
    assert found["artifactRevisions"][0]["revisionId"] == head
    assert found["artifactRevisions"][0]["revisionSummary"] == "A first commit"
    assert account.keys() == ["index.html"]
    with zipfile.ZipFile(io.BytesIO(account.object(account.keys(bucket=STORE)[0], STORE))) as archive:
        assert archive.namelist() == ["index.html"]
    _commit(repository, "index.html", "later", "A second commit")
    override = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": head}
    account.wait(account.start(sourceRevisions=[override]))
    assert account.object("index.html") == b"of git"


def test_a_build_clones_what_is_a_reference(with_project: Account, repository: Path) -> None:
    account = with_project
    _commit(
        repository,
        "buildspec.yml",
        BUILDSPEC.replace("page.html\n", "page.html\n      - git log -1 --format=%s\n", 1),
        "B",
    )
    declared = pipeline(stage("Build", build()), stage("Deploy", {**deploy(), "inputArtifacts": [{"name": "Built"}]}))
    declared["stages"][0]["actions"] = [_connected(repository, OutputArtifactFormat="CODEBUILD_CLONE_REF")]
    execution = account.create(declared)
    assert account.wait(execution)["status"] == "Succeeded", account.history()[-1]["output"]
    assert account.object("page.html").decode().strip().endswith("of git")


def test_a_branch_that_is_not_there_fails_the_source(account: Account, repository: Path) -> None:
    declared = pipeline(stage("Deploy", deploy()))
    declared["stages"][0]["actions"] = [_connected(repository, BranchName="--upload-pack=x")]
    execution = account.create(declared)
    assert account.wait(execution)["status"] == "Failed"
    assert account.action("Source", "Source")["errorDetails"]["code"] == "ConfigurationError"
