"""CodePipelines as several pages show them: stages with what happened in them, and where their actions lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from brickline.baseplate.brick import Shape
from brickline.console import START, addresses
from brickline.console.rendering import segment
from brickline.console.visit import Visit

RUNNING = ("InProgress", "Stopping")


def address(pipeline: str, execution: str = "") -> str:
    """The page of a CodePipeline, or of one of its executions."""
    return f"{START}/codepipelines/{segment(pipeline)}" + (f"/executions/{segment(execution)}" if execution else "")


def execution_arn(visit: Visit, pipeline: str, execution: str) -> str:
    return visit.context.arn("codepipeline", f"{pipeline}/execution/{execution}")


def place_of(visit: Visit, action: Shape, run: str) -> str:
    """The page of what an action uses: its build, commit, bucket or function. "" where there is none.

    `action` is a declaration, or has its members resolved; `run` is the id that the other service gave the run.
    """
    given: dict[str, Any] = action.get("configuration", {})
    match action["actionTypeId"]["category"], action["actionTypeId"]["provider"]:
        case "Source", "CodeCommit":
            page = f"{START}/repositories/{segment(given['RepositoryName'])}"
            return f"{page}/commits/{segment(run)}" if run else page
        case "Source", "S3":
            return addresses.of_uri(f"s3://{given['S3Bucket']}/{given.get('S3ObjectKey', '')}")
        case "Deploy", "S3":
            return addresses.of_uri(f"s3://{given['BucketName']}")
        case _, "CodeBuild":
            return addresses.of_arn(visit.context.arn("codebuild", f"build/{run}")) if run else _project(given)
        case "Compute", _:
            return addresses.of_arn(visit.context.arn("codebuild", f"build/{run}")) if run else ""
        case _, "Lambda":
            return f"{START}/functions/{segment(given['FunctionName'])}"
    return ""


def _project(given: Shape) -> str:
    return f"{START}/builds/{quote(given['ProjectName'], safe='')}"
