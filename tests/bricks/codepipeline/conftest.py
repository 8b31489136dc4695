"""A started baseplate with buckets and a function, and pipelines that can be waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from tests import accounts
from tests.accounts import zipped

from brickline.baseplate.brick import Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.schema import places

STORE = "artifacts"
SOURCE = "sources"
SITE = "site"
ROLE = "arn:aws:iam::123456789012:role/MLOps-CodePipelineRole"
KEY = "code.zip"


class Account(accounts.Account):
    """An account as a client sees it."""

    service = "codepipeline"
    bucket = SITE

    def prepare(self) -> None:
        for bucket in (STORE, SOURCE, SITE):
            self.context.call("s3", "CreateBucket", Bucket=bucket)
        versioning = {"Status": "Enabled"}
        self.context.call("s3", "PutBucketVersioning", Bucket=SOURCE, VersioningConfiguration=versioning)
        self.push({"index.html": "first"})

    def push(self, files: Mapping[str, str]) -> str:
        """A new version of the source; gives its id."""
        request = {"Bucket": SOURCE, "Key": KEY, "Body": zipped(files)}
        return str(self.context.call("s3", "PutObject", **request)["VersionId"])

    def create(self, declaration: Shape) -> str:
        """Gives the id of the execution that a new pipeline begins."""
        self("CreatePipeline", pipeline=declaration)
        return self.executions(declaration["name"])[0]["pipelineExecutionId"]

    def start(self, name: str = "pipe", **members: Any) -> str:
        return str(self("StartPipelineExecution", name=name, **members)["pipelineExecutionId"])

    def executions(self, name: str = "pipe") -> list[Shape]:
        found: list[Shape] = self("ListPipelineExecutions", pipelineName=name)["pipelineExecutionSummaries"]
        return found

    def get(self, execution: str, name: str = "pipe") -> Shape:
        found = self("GetPipelineExecution", pipelineName=name, pipelineExecutionId=execution)
        return dict(found["pipelineExecution"])

    def state(self, name: str = "pipe") -> dict[str, Shape]:
        return {one["stageName"]: one for one in self("GetPipelineState", name=name)["stageStates"]}

    def action(self, stage: str, action: str, name: str = "pipe") -> Shape:
        """The latest execution of an action; empty where there is none."""
        states = {one["actionName"]: one for one in self.state(name)[stage]["actionStates"]}
        return dict(states[action].get("latestExecution") or {})

    def history(self, name: str = "pipe") -> list[Shape]:
        """Action executions, oldest first."""
        return list(reversed(self("ListActionExecutions", pipelineName=name)["actionExecutionDetails"]))

    def wait(self, execution: str, *statuses: str, name: str = "pipe") -> Shape:
        wanted = statuses or ("Succeeded", "Failed", "Stopped", "Superseded")
        self.wait_until(lambda: self.get(execution, name)["status"] in wanted)
        return self.get(execution, name)

    def wait_for_approval(self, execution: str, stage: str = "Approve", name: str = "pipe") -> str:
        """Until the execution waits for an approval; gives the token."""

        def waits() -> bool:
            latest = self.state(name)[stage].get("latestExecution") or {}
            return latest.get("pipelineExecutionId") == execution and "token" in self.action(stage, "Manual", name)

        self.wait_until(waits)
        return str(self.action(stage, "Manual", name)["token"])

    def approve(self, token: str, status: str = "Approved", stage: str = "Approve", name: str = "pipe") -> None:
        self(
            "PutApprovalResult",
            pipelineName=name,
            stageName=stage,
            actionName="Manual",
            result={"summary": "looked at", "status": status},
            token=token,
        )

    def place(self) -> int:
        """How far the brick has heard."""
        with self.baseplate.store.read() as connection:
            return connection.scalar(select(places.c.seq).where(places.c.listener == "codepipeline")) or 0

    def changes(self, what: str) -> list[Shape]:
        """The events that tell of new states: of a Pipeline, a Stage or an Action."""
        return self.events(f"CodePipeline {what} Execution State Change")


def action(name: str, kind: str, provider: str, **members: Any) -> Shape:
    type_id = {"category": kind, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": type_id, **members}


def source(**members: Any) -> Shape:
    configuration = {"S3Bucket": SOURCE, "S3ObjectKey": KEY, "PollForSourceChanges": "false"}
    made = action("Source", "Source", "S3", configuration=configuration, outputArtifacts=[{"name": "SourceArtifact"}])
    return {**made, **members}


def manual(name: str = "Manual", **members: Any) -> Shape:
    return action(name, "Approval", "Manual", **members)


def deploy(name: str = "Deploy", **configuration: str) -> Shape:
    return action(
        name,
        "Deploy",
        "S3",
        configuration={"BucketName": SITE, "Extract": "true", **configuration},
        inputArtifacts=[{"name": "SourceArtifact"}],
    )


def stage(name: str, *actions: Shape) -> Shape:
    return {"name": name, "actions": list(actions)}


def pipeline(*stages: Shape, name: str = "pipe", **members: Any) -> Shape:
    """With a source stage in front."""
    return {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": STORE},
        "stages": [stage("Source", source()), *stages],
        **members,
    }


def make_project(account: Account) -> None:
    """A project of CodeBuild, for what a pipeline gives it."""
    account.context.call(
        "codebuild",
        "CreateProject",
        name="project",
        source={"type": "CODEPIPELINE"},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole="arn:aws:iam::123456789012:role/MLOps-CodeBuildRole",
    )


MakeAccount = Callable[[], Account]


@pytest.fixture
def make_account(make_baseplate: Callable[..., Baseplate]) -> MakeAccount:
    """A started server; another one later goes on from what the first has left."""

    def make() -> Account:
        made = Account(make_baseplate())
        made.baseplate.start()
        return made

    return make


@pytest.fixture
def account(make_account: MakeAccount) -> Account:
    """Started, with buckets and a source."""
    made = make_account()
    made.prepare()
    return made
