"""Schedules, and the groups that they lie in."""

from __future__ import annotations

from brickline.baseplate.kinds import Kind, Listing

DEFAULT_GROUP = "default"

GROUP = Kind(
    service="scheduler",
    name="schedule-group",
    name_member="Name",
    arn_member="Arn",
    arn="schedule-group/{name}",
    missing=("ResourceNotFoundException", "Schedule group {name} does not exist."),
    missing_status=404,
    taken=("ConflictException", "Schedule group {name} already exists."),
    taken_status=409,
    status_member="State",
    created_member="CreationDate",
    modified_member="LastModificationDate",
    listing=Listing(
        "ScheduleGroups",
        sort={"Name": "lookup"},
        default_sort="Name",
        default_order="Ascending",
        prefix="NamePrefix",
        page=100,
    ),
)

SCHEDULE = Kind(
    service="scheduler",
    name="schedule",
    name_member="Name",
    arn_member="Arn",
    arn="schedule/{parent}/{name}",
    missing=("ResourceNotFoundException", "Schedule {name} does not exist."),
    missing_status=404,
    taken=("ConflictException", "Schedule {name} already exists."),
    taken_status=409,
    status_member="State",
    created_member="CreationDate",
    modified_member="LastModificationDate",
    listing=Listing(
        "Schedules",
        sort={"Name": "lookup"},
        default_sort="Name",
        default_order="Ascending",
        prefix="NamePrefix",
        status="State",
        page=100,
    ),
)
