"""The whole way: a person's upload, a rule, a build that starts a pipeline - and why that runs."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.clients.harness import Server
from tests.clients.test_events import boto

ROLE = "arn:aws:iam::123456789012:role/MLOps-EventBridgeRole"
PERSON = "arn:aws:sts::123456789012:assumed-role/SageMakerExecutionRole/brickline"
PIPELINE = {
    "Version": "2020-12-01",
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
}
BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - aws sagemaker start-pipeline-execution --pipeline-name why
"""


def test_why_leads_from_an_execution_over_the_build_and_the_rule_to_the_upload(server: Server) -> None:
    s3, codebuild, sagemaker, events = (boto(server, name) for name in ("s3", "codebuild", "sagemaker", "events"))
    sagemaker.create_pipeline(PipelineName="why", PipelineDefinition=json.dumps(PIPELINE), RoleArn=ROLE)
    project = codebuild.create_project(
        name="why",
        source={"type": "NO_SOURCE", "buildspec": BUILDSPEC},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole="arn:aws:iam::123456789012:role/MLOps-CodeBuildRole",
    )["project"]["arn"]
    s3.create_bucket(Bucket="why")
    s3.put_bucket_notification_configuration(Bucket="why", NotificationConfiguration={"EventBridgeConfiguration": {}})
    rule = events.put_rule(
        Name="why", EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": ["why"]}}})
    )["RuleArn"]
    events.put_targets(Rule="why", Targets=[{"Id": "build", "Arn": project, "RoleArn": ROLE}])
    s3.put_object(Bucket="why", Key="2026/01.csv", Body=b"x")

    execution = _execution(sagemaker, "why")
    found = _why(server, execution)
    kinds = [step["kind"] for step in found["back"]]
    assert kinds == ["resource", "origin", "event", "principal"], found
    build, origin, event, principal = found["back"]
    assert build["what"] == "codebuild/build"
    assert origin["arn"] == rule
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert principal["arn"] == PERSON
    forward = _why(server, event["id"])["forward"]
    [started] = [step for step in forward if step["arn"] == rule]
    assert started["started"][0]["arn"] == build["arn"]
    assert execution in json.dumps(started["started"][0]["started"])


def test_a_commit_starts_a_pipeline(server: Server) -> None:
    codecommit, sagemaker, events = (boto(server, name) for name in ("codecommit", "sagemaker", "events"))
    arn = sagemaker.create_pipeline(PipelineName="by-commit", PipelineDefinition=json.dumps(PIPELINE), RoleArn=ROLE)[
        "PipelineArn"
    ]
    repository = codecommit.create_repository(repositoryName="why")["repositoryMetadata"]["Arn"]
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [repository],
        "detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceName": ["main"]},
    }
    events.put_rule(Name="by-commit", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="by-commit", Targets=[{"Id": "p", "Arn": arn, "RoleArn": ROLE}])
    codecommit.put_file(
        repositoryName="why", branchName="main", filePath="config.json", fileContent=b"{}", commitMessage="start"
    )
    _, event, principal = _why(server, _execution(sagemaker, "by-commit"))["back"]
    assert (event["source"], event["resources"]) == ("aws.codecommit", [repository])
    assert principal["arn"] == PERSON


def _execution(sagemaker: Any, pipeline: str) -> str:
    deadline = time.monotonic() + 120
    while not (found := sagemaker.list_pipeline_executions(PipelineName=pipeline)["PipelineExecutionSummaries"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return str(found[0]["PipelineExecutionArn"])


def _why(server: Server, name: str) -> dict[str, Any]:
    with urlopen(f"{server.url}/_brickline/why?{urlencode({'name': name})}") as answer:
        return dict(json.load(answer))
