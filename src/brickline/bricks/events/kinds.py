"""The kinds of resources that EventBridge has. Rules lie on their bus, and keep their targets in `private`."""

from __future__ import annotations

from brickline.baseplate.kinds import Kind, Listing

DEFAULT_BUS = "default"

_BY_NAME = {
    "sort": {"Name": "lookup"},
    "default_sort": "Name",
    "default_order": "Ascending",
    "prefix": "NamePrefix",
    "size": "Limit",
    "page": 100,
}

BUS = Kind(
    service="events",
    name="event-bus",
    name_member="Name",
    arn_member="Arn",
    arn="event-bus/{name}",
    missing=("ResourceNotFoundException", "Event bus {name} does not exist."),
    taken=("ResourceAlreadyExistsException", "Event bus {name} already exists."),
    modified_member="LastModifiedTime",
    listing=Listing("EventBuses", **_BY_NAME),  # type: ignore[arg-type]
)

RULE = Kind(
    service="events",
    name="rule",
    name_member="Name",
    arn_member="Arn",
    arn="rule/{parent}/{name}",
    missing=("ResourceNotFoundException", "Rule {name} does not exist on EventBus {parent}."),
    taken=("ConcurrentModificationException", "Rule {name} was being made by another request."),
    status_member="State",
    listing=Listing("Rules", **_BY_NAME),  # type: ignore[arg-type]
)

ARCHIVE = Kind(
    service="events",
    name="archive",
    name_member="ArchiveName",
    arn_member="ArchiveArn",
    arn="archive/{name}",
    missing=("ResourceNotFoundException", "Archive {name} does not exist."),
    taken=("ResourceAlreadyExistsException", "Archive {name} already exists."),
    status_member="State",
    listing=Listing(
        "Archives",
        **_BY_NAME,  # type: ignore[arg-type]
        status="State",
        filters={"EventSourceArn": lambda archive, arn: archive.document["EventSourceArn"] == arn},
    ),
)

REPLAY = Kind(
    service="events",
    name="replay",
    name_member="ReplayName",
    arn_member="ReplayArn",
    arn="replay/{name}",
    missing=("ResourceNotFoundException", "Replay {name} does not exist."),
    taken=("ResourceAlreadyExistsException", "Replay {name} already exists."),
    status_member="State",
    created_member="ReplayStartTime",
    listing=Listing(
        "Replays",
        **_BY_NAME,  # type: ignore[arg-type]
        status="State",
        filters={"EventSourceArn": lambda replay, arn: replay.document["EventSourceArn"] == arn},
    ),
)

CONNECTION = Kind(
    service="events",
    name="connection",
    name_member="Name",
    arn_member="ConnectionArn",
    arn="connection/{name}",
    missing=("ResourceNotFoundException", "Failed to describe the connection(s). Connection '{name}' does not exist."),
    taken=("ResourceAlreadyExistsException", "Connection {name} already exists."),
    status_member="ConnectionState",
    modified_member="LastModifiedTime",
    listing=Listing("Connections", **_BY_NAME, status="ConnectionState"),  # type: ignore[arg-type]
)

API_DESTINATION = Kind(
    service="events",
    name="api-destination",
    name_member="Name",
    arn_member="ApiDestinationArn",
    arn="api-destination/{name}",
    missing=(
        "ResourceNotFoundException",
        "Failed to describe the api-destination(s). An api-destination '{name}' does not exist.",
    ),
    taken=("ResourceAlreadyExistsException", "An api-destination '{name}' already exists."),
    modified_member="LastModifiedTime",
    listing=Listing(
        "ApiDestinations",
        **_BY_NAME,  # type: ignore[arg-type]
        filters={"ConnectionArn": lambda one, arn: one.document["ConnectionArn"] == arn},
    ),
)
