"""What CodeCommit keeps."""

from __future__ import annotations

from brickline.baseplate.kinds import Kind, Listing

REPOSITORY = Kind(
    service="codecommit",
    name="repository",
    name_member="repositoryName",
    arn_member="Arn",
    arn="{name}",
    missing=("RepositoryDoesNotExistException", "{name} does not exist"),
    taken=("RepositoryNameExistsException", "Repository named {name} already exists"),
    created_member="creationDate",
    modified_member="lastModifiedDate",
    listing=Listing(
        result="repositories",
        sort={"repositoryName": "lookup", "lastModifiedDate": "modified"},
        default_sort="repositoryName",
        default_order="Ascending",
        page=1000,
        max_page=1000,
        token="nextToken",  # noqa: S106
    ),
)

PUSH = Kind(
    service="codecommit",
    name="push",
    name_member="name",
    arn_member="arn",
    arn="push/{name}",
    missing=("InternalError", "push {name} is not there"),
    taken=("InternalError", "push {name} is there already"),
)
"""References that are being moved: kept from before git is told until the events are written."""

TRIGGER_RUN = Kind(
    service="codecommit",
    name="trigger-run",
    name_member="name",
    arn_member="arn",
    arn="trigger-run/{name}",
    missing=("InternalError", "trigger run {name} is not there"),
    taken=("InternalError", "trigger run {name} is there already"),
)
"""A trigger's call of a function that is still to be made."""

PULL_REQUEST = Kind(
    service="codecommit",
    name="pull-request",
    name_member="pullRequestId",
    arn_member="arn",
    arn="pull-request/{name}",
    missing=("PullRequestDoesNotExistException", "Pull request {name} does not exist"),
    taken=("InternalError", "pull request {name} is there already"),
    status_member="pullRequestStatus",
    created_member="creationDate",
    modified_member="lastActivityDate",
)

COMMENT = Kind(
    service="codecommit",
    name="comment",
    name_member="commentId",
    arn_member="arn",
    arn="comment/{name}",
    missing=("CommentDoesNotExistException", "Comment {name} does not exist"),
    taken=("InternalError", "comment {name} is there already"),
    created_member="creationDate",
    modified_member="lastModifiedDate",
)
