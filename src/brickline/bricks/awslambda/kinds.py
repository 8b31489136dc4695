"""What Lambda keeps: functions, their versions and aliases, and events that wait to be handled."""

from __future__ import annotations

from dataclasses import replace

from brickline.baseplate.kinds import Kind, Listing

_SERVICE = "lambda"
_MISSING = "ResourceNotFoundException"
_TAKEN = "ResourceConflictException"


def _listing(result: str) -> Listing:
    return Listing(
        result,
        sort={"Name": "lookup", "CreationTime": "created"},
        default_sort="Name",
        default_order="Ascending",
        page=50,
        max_page=50,
        size="MaxItems",
        token="Marker",  # noqa: S106
        filters={"FunctionVersion": lambda found, version: found.document.get("FunctionVersion") == version},
    )


FUNCTION = Kind(
    service=_SERVICE,
    name="function",
    name_member="FunctionName",
    arn_member="FunctionArn",
    arn="function:{name}",
    missing=(_MISSING, "Function not found: {arn}"),
    taken=(_TAKEN, "Function already exist: {name}"),
    missing_status=404,
    taken_status=409,
    status_member="State",
    listing=_listing("Functions"),
)
"""The document is the configuration of $LATEST. `private`: see `functions.Functions`."""

VERSION = replace(
    FUNCTION,
    name="version",
    name_member="Version",
    arn="function:{parent}:{name}",
    taken=(_TAKEN, "Version {name} exists already"),
    status_member="",
    listing=_listing("Versions"),
)
ALIAS = replace(
    VERSION,
    name="alias",
    name_member="Name",
    arn_member="AliasArn",
    missing=(_MISSING, "Cannot find alias arn: {arn}"),
    taken=(_TAKEN, "Alias already exists: {arn}"),
    listing=_listing("Aliases"),
)
LAYER_VERSION = replace(
    VERSION,
    name="layer-version",
    name_member="VersionText",
    arn_member="LayerVersionArn",
    arn="layer:{parent}:{name}",
    missing=(_MISSING, "Layer version {arn} does not exist."),
    taken=(_TAKEN, "Layer version {arn} exists already"),
    listing=None,
)
EVENT = Kind(
    service=_SERVICE,
    name="event",
    name_member="RequestId",
    arn_member="EventArn",
    arn="event:{parent}/{name}",
    missing=(_MISSING, "Event not found: {name}"),
    taken=(_TAKEN, "Event {name} exists already"),
)
"""An accepted asynchronous invocation that has not been handled yet."""
