"""CI/CD: how soon a commit has its build running, what a pipeline without work costs, and a hundred of them at once."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.measures import Row
from bench.servers import Server

ROLE = "arn:aws:iam::123456789012:role/MLOps-CodePipelineRole"
BUILD_ROLE = "arn:aws:iam::123456789012:role/MLOps-CodeBuildRole"
BUCKET = "bench-cicd"
SOURCE = "bench-cicd-source"
BUILDSPEC = "version: 0.2\nphases: {build: {commands: ['true']}}\n"
AT_ONCE = 100


def measure(server: Server, full: bool) -> list[Row]:
    rounds = 20 if full else 5
    _prepare(server)
    runs, crowd = _no_op_runs(server, rounds), _crowd(server)
    return [
        Row("commit to build running", {server.name: _median(_commits(server, rounds))}),
        Row("a pipeline that copies an object, start to end", {server.name: _median(runs)}),
        Row(f"{AT_ONCE} such pipelines at once, to the last one's end", {server.name: f"{crowd:.2f} s"}),
    ]


def _prepare(server: Server) -> None:
    s3 = server.client("s3")
    for bucket in (BUCKET, SOURCE):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=SOURCE, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=SOURCE, Key="code", Body=b"x")


def _commits(server: Server, rounds: int) -> list[float]:
    commits, builds = server.client("codecommit"), server.client("codebuild")
    commits.create_repository(repositoryName="bench")
    parent = _commit(commits, "buildspec.yml", BUILDSPEC)
    _make_project(builds)
    source = {"RepositoryName": "bench", "BranchName": "main"}
    build = _action("Build", "Build", "CodeBuild", {"ProjectName": "bench"}, inputs=["Code"])
    server.client("codepipeline").create_pipeline(pipeline=_pipeline("bench-push", "CodeCommit", source, build))
    _running_builds(builds, 1)
    taken = []
    for number in range(rounds):
        began = time.perf_counter()
        parent = _commit(commits, "file", str(number), parentCommitId=parent)
        _running_builds(builds, number + 2)
        taken.append(time.perf_counter() - began)
    return taken


def _commit(commits: Any, path: str, text: str, **members: str) -> str:
    file = {"filePath": path, "fileContent": text.encode()}
    made = commits.create_commit(repositoryName="bench", branchName="main", putFiles=[file], **members)
    return str(made["commitId"])


def _make_project(builds: Any) -> None:
    builds.create_project(
        name="bench",
        source={"type": "CODEPIPELINE"},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=BUILD_ROLE,
    )


def _running_builds(builds: Any, count: int) -> None:
    """Until so many builds were started, and the last one runs commands or has done so."""
    before = ("SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE")
    while len(ids := builds.list_builds_for_project(projectName="bench")["ids"]) < count:
        time.sleep(0.005)
    while builds.batch_get_builds(ids=ids[:1])["builds"][0]["currentPhase"] in before:
        time.sleep(0.005)


def _no_op_runs(server: Server, rounds: int) -> list[float]:
    pipelines = server.client("codepipeline")
    pipelines.create_pipeline(pipeline=_copying("bench-copy"))
    _wait_for_end(pipelines, "bench-copy")
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        pipelines.start_pipeline_execution(name="bench-copy")
        _wait_for_end(pipelines, "bench-copy")
        taken.append(time.perf_counter() - began)
    return taken


def _crowd(server: Server) -> float:
    pipelines = server.client("codepipeline")
    began = time.perf_counter()
    names = [f"bench-{number}" for number in range(AT_ONCE)]
    for name in names:
        pipelines.create_pipeline(pipeline=_copying(name))
    for name in names:
        _wait_for_end(pipelines, name)
    return time.perf_counter() - began


def _wait_for_end(pipelines: Any, name: str) -> None:
    while (status := _status(pipelines, name)) == "InProgress":
        time.sleep(0.005)
    assert status == "Succeeded", f"{name} is {status}"


def _status(pipelines: Any, name: str) -> str:
    found = pipelines.list_pipeline_executions(pipelineName=name, maxResults=1)["pipelineExecutionSummaries"]
    return str(found[0]["status"])


def _copying(name: str) -> dict[str, Any]:
    source = {"S3Bucket": SOURCE, "S3ObjectKey": "code", "PollForSourceChanges": "false"}
    place = {"BucketName": BUCKET, "Extract": "false", "ObjectKey": name}
    return _pipeline(name, "S3", source, _action("Deploy", "Deploy", "S3", place, inputs=["Code"]))


def _pipeline(name: str, provider: str, source: dict[str, str], action: dict[str, Any]) -> dict[str, Any]:
    first = _action("Source", "Source", provider, source, outputs=["Code"])
    return {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": BUCKET},
        "stages": [{"name": "Source", "actions": [first]}, {"name": "Next", "actions": [action]}],
    }


def _action(
    name: str,
    category: str,
    provider: str,
    configuration: dict[str, str],
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": one} for one in inputs or ()],
        "outputArtifacts": [{"name": one} for one in outputs or ()],
    }


def _median(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.0f} ms"
