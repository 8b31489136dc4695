"""Compute actions: shell commands, in a build of CodeBuild that nobody has declared.

AWS keeps the projects of such builds to itself; here they stand with the others, as `AWSCodePipeline-<pipeline>`.
"""

from __future__ import annotations

import json

from brickline.baseplate.brick import Shape
from brickline.bricks.codepipeline.actions.codebuild import build_outcome, start_build
from brickline.bricks.codepipeline.actions.work import Outcome, Work

_IMAGE = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"


class Commands:
    is_long = False

    def begin(self, work: Work) -> None:
        project = f"AWSCodePipeline-{work.pipeline}"
        if not work.context.call("codebuild", "BatchGetProjects", names=[project])["projects"]:
            work.context.call("codebuild", "CreateProject", **_project(work, project))
        start_build(work, project, {"buildspecOverride": buildspec(work), "serviceRoleOverride": work.role})

    def look(self, work: Work) -> Outcome | None:
        return build_outcome(work)

    def says(self, _work: Work) -> str:
        return "The commands could not be started: "


def buildspec(work: Work) -> str:
    """JSON is YAML, and needs no quoting rules."""
    declared = work.action.declared
    files = [name for one in declared.get("outputArtifacts") or () for name in one.get("files") or ()]
    spec: Shape = {
        "version": 0.2,
        "env": {"exported-variables": declared.get("outputVariables") or []},
        "phases": {"build": {"commands": work.commands}},
    }
    if files:
        spec["artifacts"] = {"files": files}
    return json.dumps(spec)


def _project(work: Work, name: str) -> Shape:
    return {
        "name": name,
        "description": f"Runs the commands of the pipeline {work.pipeline}",
        "source": {"type": "CODEPIPELINE"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {"type": "LINUX_CONTAINER", "image": _IMAGE, "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": work.role,
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": f"/aws/codepipeline/{work.pipeline}"}},
    }
