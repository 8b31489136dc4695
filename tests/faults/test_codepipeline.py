"""The server is killed (SIGKILL) in the midst of a pipeline of CodePipeline, again and again: each action runs once."""

from __future__ import annotations

import io
import random
import time
import zipfile
from typing import Any

from tests.faults.killable import BUCKET, Killable

ROLE = "arn:aws:iam::123456789012:role/MLOps-CodePipelineRole"
BUILD_ROLE = "arn:aws:iam::123456789012:role/MLOps-CodeBuildRole"
ROUNDS = 3
STAGES = 3
BUILDSPEC = """
version: 0.2
phases:
  build:
    commands: ["sleep 0.3; echo line >> page.txt"]
artifacts:
  files: [page.txt, buildspec.yml]
"""


def test_every_action_runs_once_whenever_the_server_is_killed(killable: Killable) -> None:
    _prepare(killable)
    killable.client("codepipeline").create_pipeline(pipeline=_declaration())
    chance = random.Random(5)
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.1, 0.6))
        killable.kill()
        killable.start()
    execution = _until_final(killable.client("codepipeline"))
    assert execution["status"] == "Succeeded", execution
    assert len(killable.client("codebuild").list_builds()["ids"]) == STAGES
    made = killable.client("s3").get_object(Bucket=BUCKET, Key="site/page.txt")["Body"].read()
    assert made == b"line\n" * STAGES
    history = killable.client("codepipeline").list_action_executions(pipelineName="faults")["actionExecutionDetails"]
    assert [one["status"] for one in history] == ["Succeeded"] * (STAGES + 2)


def _prepare(killable: Killable) -> None:
    s3 = killable.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("buildspec.yml", BUILDSPEC)
    s3.put_object(Bucket=BUCKET, Key="code.zip", Body=body.getvalue())
    killable.client("codebuild").create_project(
        name="faults",
        source={"type": "CODEPIPELINE"},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=BUILD_ROLE,
    )


def _declaration() -> dict[str, Any]:
    """A source, builds that each add a line to what the one before has made, and a deployment."""
    source = {"S3Bucket": BUCKET, "S3ObjectKey": "code.zip", "PollForSourceChanges": "false"}
    place = {"BucketName": BUCKET, "Extract": "true", "ObjectKey": "site"}
    build = {"ProjectName": "faults"}
    actions = [
        _action("Source", "Source", "S3", source, [], ["A0"]),
        *(_action(f"B{n}", "Build", "CodeBuild", build, [f"A{n}"], [f"A{n + 1}"]) for n in range(STAGES)),
        _action("Deploy", "Deploy", "S3", place, [f"A{STAGES}"], []),
    ]
    return {
        "name": "faults",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": BUCKET},
        "stages": [{"name": one["name"], "actions": [one]} for one in actions],
    }


def _action(
    name: str, category: str, provider: str, configuration: dict[str, str], inputs: list[str], outputs: list[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": one} for one in inputs],
        "outputArtifacts": [{"name": one} for one in outputs],
    }


def _until_final(pipelines: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        (found,) = pipelines.list_pipeline_executions(pipelineName="faults")["pipelineExecutionSummaries"]
        if found["status"] != "InProgress" or time.monotonic() > deadline:
            return dict(found)
        time.sleep(0.1)
