"""A model package by its name (`group/3` of a versioned one) or ARN."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import is_arn
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds


def find_package(context: Context, packages: Resources, name_or_arn: str) -> Resource | None:
    arn = name_or_arn if is_arn(name_or_arn) else kinds.MODEL_PACKAGE.arn_of(context, name_or_arn)
    return packages.by_arn(arn)
