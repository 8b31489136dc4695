"""A started baseplate with a bucket, and builds that can be waited for as a pipeline waits: by being their owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.accounts import Owner, OwningAccount, owning_makers

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

BUCKET = "bucket"
ROLE = "arn:aws:iam::123456789012:role/MLOps-CodeBuildRole"
IMAGE = "aws/codebuild/standard:7.0"


class Account(OwningAccount):
    """An account as a client sees it: projects, builds, objects, logs."""

    service = "codebuild"
    bucket = BUCKET

    def project(self, name: str = "project", **members: Any) -> Shape:
        return self("CreateProject", **project_request(name, **members))["project"]

    def start(self, name: str = "project", **overrides: Any) -> Shape:
        return self("StartBuild", projectName=name, **overrides)["build"]

    def build(self, buildspec: str, name: str = "project", **overrides: Any) -> Shape:
        """Run a buildspec in a project without source, made if need be, to its end."""
        if not self("BatchGetProjects", names=[name])["projects"]:
            self.project(name)
        return self.wait(self.start(name, buildspecOverride=buildspec, **overrides)["id"])

    def get(self, build_id: str) -> Shape:
        return self("BatchGetBuilds", ids=[build_id])["builds"][0]

    def wait(self, build_id: str) -> Shape:
        while not (build := self.get(build_id))["buildComplete"]:
            self.wait_for_change()
        return build

    def wait_for_log(self, build: Shape, text: str) -> None:
        """For what wakes nobody: look again."""
        self.wait_until(lambda: text in self.output(build))

    def is_unfinished(self, build: Shape) -> bool:
        return self.is_unfinished_arn(build["arn"])

    def put(self, key: str, data: bytes | str = b"", **members: Any) -> str:
        body = data.encode() if isinstance(data, str) else data
        self.context.call("s3", "PutObject", Bucket=BUCKET, Key=key, Body=body, **members)
        return f"{BUCKET}/{key}"

    def log(self, build: Shape) -> list[str]:
        logs = build["logs"]
        request = {"logGroupName": logs["groupName"], "logStreamName": logs["streamName"], "startFromHead": True}
        found: list[str] = []
        try:
            while (page := self.context.call("logs", "GetLogEvents", **request))["events"]:
                found += [event["message"] for event in page["events"]]
                request["nextToken"] = page["nextForwardToken"]
        except Refused:
            return []  # the first line makes the stream
        return found

    def output(self, build: Shape) -> list[str]:
        """The log without the lines of the agent."""
        return [line for line in self.log(build) if not line.startswith("[Container] ")]

    def events(self, detail_type: str = "CodeBuild Build State Change") -> list[Shape]:
        return super().events(detail_type)


def project_request(name: str = "project", **members: Any) -> Shape:
    return {
        "name": name,
        "source": {"type": "NO_SOURCE", "buildspec": buildspec("true")},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": ROLE,
        **members,
    }


def buildspec(*commands: str, **sections: str) -> str:
    """A buildspec whose build phase has these commands; sections are YAML text by their name."""
    lines = ["version: 0.2", "phases:", "  build:", "    commands:"]
    for command in commands:
        lines += ["      - |", *(f"        {line}" for line in command.splitlines())]
    return "\n".join([*lines, *(f"{name}:\n{text}" for name, text in sections.items())]) + "\n"


def phase(build: Shape, name: str) -> Shape:
    return next(one for one in build["phases"] if one["phaseType"] == name)


MakeAccount = Callable[[], Account]


@pytest.fixture
def make_account(make_baseplate: Callable[..., Baseplate]) -> MakeAccount:
    """A started server; another one later goes on from what the first has left."""

    def make() -> Account:
        owner = Owner()
        baseplate = make_baseplate(owning_makers(owner))
        # Warm interpreters pay where builds follow each other on one server; clients' tests have them.
        baseplate.settings = replace(baseplate.settings, warm=False)
        made = Account(baseplate, owner)
        made.baseplate.start()
        made.own()
        return made

    return make


@pytest.fixture
def account(make_account: MakeAccount) -> Account:
    """Started, with a bucket."""
    made = make_account()
    made.context.call("s3", "CreateBucket", Bucket=BUCKET)
    return made
