from __future__ import annotations

import json
import time
from pathlib import Path

from tests.clients.harness import PROGRAMS, Server, client

PROJECT = {
    "name": "by-cli",
    "badgeEnabled": False,
    "source": {
        "type": "NO_SOURCE",
        "buildspec": "version: 0.2\nphases:\n  build:\n    commands:\n      - aws codebuild list-projects\n",
    },
    "artifacts": {"type": "NO_ARTIFACTS"},
    "cache": {"type": "NO_CACHE"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
        "privilegedMode": True,
    },
    "serviceRole": "arn:aws:iam::123456789012:role/MLOps-CodeBuildRole",
    "logsConfig": {
        "cloudWatchLogs": {"status": "ENABLED"},
        "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
    },
}


def test_boto3_builds(server: Server) -> None:
    done = server.run([str(client("data") / "python"), str(PROGRAMS / "codebuild_boto3.py")])
    assert done.stdout.rstrip().endswith("done")


def test_the_aws_command_line_makes_a_project_and_builds_it(server: Server, tmp_path: Path) -> None:
    aws = str(client("awscli") / "aws")

    def codebuild(*words: str) -> dict[str, object]:
        return dict(json.loads(server.run([aws, "--output", "json", "codebuild", *words]).stdout))

    (tmp_path / "project.json").write_text(json.dumps(PROJECT))
    codebuild("create-project", "--cli-input-json", f"file://{tmp_path}/project.json")
    listed = codebuild("list-projects", "--sort-by", "LAST_MODIFIED_TIME", "--sort-order", "DESCENDING")
    assert "by-cli" in listed["projects"]  # type: ignore[operator]
    build = codebuild("start-build", "--project-name", "by-cli")["build"]
    deadline = time.monotonic() + 120
    while not build["buildComplete"] and time.monotonic() < deadline:  # type: ignore[index]
        time.sleep(0.2)
        build = codebuild("batch-get-builds", "--ids", build["id"])["builds"][0]  # type: ignore[index]
    assert build["buildStatus"] == "SUCCEEDED", build  # type: ignore[index]
    tail = server.run([aws, "logs", "filter-log-events", "--log-group-name", "/aws/codebuild/by-cli"]).stdout
    assert '"by-cli"' in json.dumps(json.loads(tail)) or "by-cli" in tail
