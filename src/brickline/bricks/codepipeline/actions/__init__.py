"""What does the work of actions, by category and provider."""

from __future__ import annotations

from collections.abc import Mapping

from brickline.bricks.codepipeline.actions.approval import Approval
from brickline.bricks.codepipeline.actions.codebuild import CodeBuild
from brickline.bricks.codepipeline.actions.commands import Commands
from brickline.bricks.codepipeline.actions.git_source import CodeCommitSource, ConnectionSource
from brickline.bricks.codepipeline.actions.lambda_invoke import LambdaInvoke
from brickline.bricks.codepipeline.actions.s3_deploy import S3Deploy
from brickline.bricks.codepipeline.actions.s3_source import S3Source
from brickline.bricks.codepipeline.actions.work import Provider

PROVIDERS: Mapping[tuple[str, str], Provider] = {
    ("Source", "S3"): S3Source(),
    ("Source", "CodeCommit"): CodeCommitSource(),
    ("Source", "CodeStarSourceConnection"): ConnectionSource(),
    ("Build", "CodeBuild"): CodeBuild(),
    ("Test", "CodeBuild"): CodeBuild(),
    ("Approval", "Manual"): Approval(),
    ("Invoke", "Lambda"): LambdaInvoke(),
    ("Deploy", "S3"): S3Deploy(),
    ("Compute", "Commands"): Commands(),
}
