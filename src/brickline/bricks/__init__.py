"""The services, a folder each. A brick is imported when it is first called, and never imports another one."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brickline.baseplate.brick import Brick
    from brickline.baseplate.house import Baseplate, BrickMaker

FOLDERS = {
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "codebuild": "codebuild",
    "codecommit": "codecommit",
    "codepipeline": "codepipeline",
    "events": "events",
    "iam": "iam",
    "lambda": "awslambda",
    "logs": "logs",
    "s3": "s3",
    "sagemaker": "sagemaker",
    "sagemaker-metrics": "sagemaker_metrics",
    "sagemaker-runtime": "sagemaker_runtime",
    "scheduler": "scheduler",
    "sts": "sts",
}
"""Each service by its boto3 name, and the folder that has its `brick(baseplate)`."""

LISTENERS: tuple[str, ...] = ("events", "codepipeline")
"""The services whose bricks hear of every event, each once; rules first, as more waits for them."""

PAGES = {"/v1/repos": "codecommit"}
"""Beginnings of paths that are no operations, and the services whose bricks answer them."""


def makers() -> dict[str, BrickMaker]:
    """What makes each brick, for `Baseplate`."""
    return {service: partial(_make, folder) for service, folder in FOLDERS.items()}


def _make(folder: str, baseplate: Baseplate) -> Brick:
    brick: Brick = import_module(f"brickline.bricks.{folder}").brick(baseplate)
    return brick
