from __future__ import annotations

import json
import subprocess
from pathlib import Path
from time import monotonic, sleep

from tests.clients.harness import PROGRAMS, Server, client


def test_boto3_runs_a_pipeline(server: Server) -> None:
    done = server.run([str(client("data") / "python"), str(PROGRAMS / "codepipeline_boto3.py")])
    assert done.stdout.rstrip().endswith("done")


def test_the_aws_command_line_runs_a_pipeline_of_a_git_repository(server: Server, tmp_path: Path) -> None:
    aws = str(client("awscli") / "aws")

    def run(*words: str) -> dict[str, object]:
        text = server.run([aws, "--output", "json", *words]).stdout
        return dict(json.loads(text)) if text.strip() else {}

    for bucket in ("cli-store", "cli-site"):
        run("s3api", "create-bucket", "--bucket", bucket)
    (tmp_path / "pipeline.json").write_text(json.dumps(_pipeline(_repository(tmp_path / "code"))))
    run("codepipeline", "create-pipeline", "--cli-input-json", f"file://{tmp_path}/pipeline.json")
    state = run("codepipeline", "get-pipeline-state", "--name", "by-cli")
    assert [stage["stageName"] for stage in state["stageStates"]] == ["Source", "Deploy"]  # type: ignore[attr-defined]
    deadline = monotonic() + 60
    while (found := _latest(run))["status"] == "InProgress" and monotonic() < deadline:
        sleep(0.2)
    assert found["status"] == "Succeeded", found
    server.run([aws, "s3", "cp", "s3://cli-site/page.txt", str(tmp_path / "page.txt")])
    assert (tmp_path / "page.txt").read_text() == "of git"


def _latest(run: object) -> dict[str, object]:
    listed = run("codepipeline", "list-pipeline-executions", "--pipeline-name", "by-cli")  # type: ignore[operator]
    return dict(listed["pipelineExecutionSummaries"][0])


def _repository(folder: Path) -> str:
    folder.mkdir()
    (folder / "page.txt").write_text("of git")
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@b.c"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "A page"]):
        subprocess.run([*git, *words], check=True)
    return f"file://{folder}"


def _pipeline(repository: str) -> dict[str, object]:
    """As `aws codepipeline create-pipeline --generate-cli-skeleton` has it."""
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"},
        "configuration": {
            "ConnectionArn": "arn:aws:codestar-connections:us-east-1:123456789012:connection/1",
            "FullRepositoryId": repository,
            "BranchName": "main",
        },
        "outputArtifacts": [{"name": "Code"}],
    }
    deploy = {
        "name": "Deploy",
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"BucketName": "cli-site", "Extract": "true"},
        "inputArtifacts": [{"name": "Code"}],
    }
    return {
        "pipeline": {
            "name": "by-cli",
            "roleArn": "arn:aws:iam::123456789012:role/MLOps-CodePipelineRole",
            "artifactStore": {"type": "S3", "location": "cli-store"},
            "stages": [{"name": "Source", "actions": [source]}, {"name": "Deploy", "actions": [deploy]}],
            "version": 1,
        }
    }
