"""The kind of trails, and how CloudTrail refuses."""

from __future__ import annotations

from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.naming import is_arn
from brickline.baseplate.resources import Resources

TRAIL = Kind(
    service="cloudtrail",
    name="trail",
    name_member="Name",
    arn_member="TrailARN",
    arn="trail/{name}",
    missing=("TrailNotFoundException", "Unknown trail: {arn} for the user"),
    taken=("TrailAlreadyExistsException", "Trail {name} already exists."),
)


def find_trail(trails: Resources, context: Context, named: str) -> Resource:
    """A trail by its name or ARN. Refused where there is none."""
    found = trails.by_arn(named) if is_arn(named) else trails.find(context, named)
    if found is None:
        raise Refused("TrailNotFoundException", f"Unknown trail: {named} for the user: {context.account}")
    return found
