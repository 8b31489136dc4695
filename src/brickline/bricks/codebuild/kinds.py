"""The kinds of CodeBuild's resources."""

from __future__ import annotations

from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Kind, Listing

PROJECT = Kind(
    service="codebuild",
    name="project",
    name_member="name",
    arn_member="arn",
    arn="project/{name}",
    missing=("ResourceNotFoundException", "Project cannot be found: {arn}"),
    taken=("ResourceAlreadyExistsException", "Project already exists: {arn}"),
    created_member="created",
    modified_member="lastModified",
    listing=Listing(
        result="projects",
        sort={"NAME": "lookup", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "modified"},
        default_sort="NAME",
        default_order="Ascending",
        page=100,
        token="nextToken",  # noqa: S106
    ),
)

BUILD = Kind(
    service="codebuild",
    name="build",
    name_member="id",
    arn_member="arn",
    arn="build/{name}",
    missing=("ResourceNotFoundException", "Build cannot be found: {arn}"),
    taken=("InvalidInputException", "Build already exists: {arn}"),
    status_member="buildStatus",
    created_member="startTime",
    listing=Listing(
        result="ids",
        sort={"": "created"},
        default_sort="",
        page=100,
        token="nextToken",  # noqa: S106
    ),
)
"""Builds belong to their project by name: they stay when it is deleted."""


def invalid(message: str) -> Refused:
    return Refused("InvalidInputException", message)
