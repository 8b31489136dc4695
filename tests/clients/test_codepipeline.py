from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

from tests.clients.harness import PROGRAMS, Server, client

Run = Callable[..., dict[str, object]]


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
    _wait(run, "by-cli", 1)
    server.run([aws, "s3", "cp", "s3://cli-site/page.txt", str(tmp_path / "page.txt")])
    assert (tmp_path / "page.txt").read_text() == "of git"


def _wait(run: Run, pipeline: str, count: int) -> dict[str, object]:
    """Until the pipeline's execution of that number has ended; it has to have succeeded."""
    deadline = monotonic() + 60
    found: list[dict[str, object]] = []
    while monotonic() < deadline and (len(found) < count or found[0]["status"] == "InProgress"):
        sleep(0.2)
        listed = run("codepipeline", "list-pipeline-executions", "--pipeline-name", pipeline)
        found = listed["pipelineExecutionSummaries"]  # type: ignore[assignment]
    assert len(found) == count
    assert found[0]["status"] == "Succeeded", found
    return found[0]


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


def test_a_push_to_codecommit_runs_a_pipeline(server: Server, tmp_path: Path) -> None:
    aws = str(client("awscli") / "aws")

    def run(*words: str) -> dict[str, object]:
        text = server.run([aws, "--output", "json", *words]).stdout
        return dict(json.loads(text)) if text.strip() else {}

    made = run("codecommit", "create-repository", "--repository-name", "pushed")["repositoryMetadata"]
    for bucket in ("push-store", "push-site"):
        run("s3api", "create-bucket", "--bucket", bucket)
    folder = tmp_path / "code"
    _repository(folder)
    push = ["git", "-C", str(folder), "push", "-q", str(made["cloneUrlHttp"]), "main"]  # type: ignore[index]
    server.run(push)
    declared = _pipeline("")
    source, deploy = (stage["actions"][0] for stage in declared["pipeline"]["stages"])  # type: ignore[index]
    source["actionTypeId"]["provider"] = "CodeCommit"
    source["configuration"] = {"RepositoryName": "pushed", "BranchName": "main"}
    deploy["configuration"]["BucketName"] = "push-site"
    declared["pipeline"] |= {"name": "pushed", "artifactStore": {"type": "S3", "location": "push-store"}}  # type: ignore[operator]
    (tmp_path / "pipeline.json").write_text(json.dumps(declared))
    run("codepipeline", "create-pipeline", "--cli-input-json", f"file://{tmp_path}/pipeline.json")
    _wait(run, "pushed", 1)
    (folder / "page.txt").write_text("pushed")
    commit = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qam", "Another page"]
    subprocess.run(commit, check=True)
    server.run(push)
    found = _wait(run, "pushed", 2)
    assert found["trigger"]["triggerType"] == "PollForSourceChanges"  # type: ignore[index]
    assert found["sourceRevisions"][0]["revisionSummary"] == "Another page"  # type: ignore[index]
    server.run([aws, "s3", "cp", "s3://push-site/page.txt", str(tmp_path / "page.txt")])
    assert (tmp_path / "page.txt").read_text() == "pushed"
