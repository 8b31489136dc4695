"""The kinds of report groups and reports."""

from __future__ import annotations

from collections.abc import Mapping

from brickline.baseplate.kinds import Kind, Listing, Resource

REPORT_GROUP = Kind(
    service="codebuild",
    name="report-group",
    name_member="name",
    arn_member="arn",
    arn="report-group/{name}",
    missing=("ResourceNotFoundException", "Report group cannot be found: {arn}"),
    taken=("ResourceAlreadyExistsException", "Report group already exists: {arn}"),
    created_member="created",
    modified_member="lastModified",
    listing=Listing(
        result="reportGroups",
        sort={"NAME": "lookup", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "modified"},
        default_sort="CREATED_TIME",
        page=100,
        size="maxResults",
        token="nextToken",  # noqa: S106
    ),
)


def _has_status(report: Resource, wanted: Mapping[str, str]) -> bool:
    return wanted.get("status") in (None, report.status)


REPORT = Kind(
    service="codebuild",
    name="report",
    name_member="name",
    arn_member="arn",
    arn="report/{name}",
    missing=("ResourceNotFoundException", "Report cannot be found: {arn}"),
    taken=("InvalidInputException", "Report already exists: {arn}"),
    status_member="status",
    created_member="created",
    listing=Listing(
        result="reports",
        sort={"": "created"},
        default_sort="",
        page=100,
        size="maxResults",
        token="nextToken",  # noqa: S106
        filters={"filter": _has_status},
    ),
)
"""A report is named `<group>:<uuid>`, and belongs to its group by name."""
