"""Tags of trails."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.cloudtrail.kinds import TRAIL, find_trail


class Tags:
    """AddTags, RemoveTags, ListTags."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._trails = Resources(baseplate, TRAIL)

    def add_tags(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            trail = find_trail(self._trails, context, request["ResourceId"])
            given = {tag["Key"]: tag.get("Value", "") for tag in request["TagsList"]}
            set_tags(self._store, trail, {**trail.tags, **given})
        return {}

    def remove_tags(self, context: Context, request: Shape) -> Shape:
        keys = {tag["Key"] for tag in request["TagsList"]}
        with self._store.write():
            trail = find_trail(self._trails, context, request["ResourceId"])
            kept = {key: value for key, value in trail.tags.items() if key not in keys}
            set_tags(self._store, trail, kept)
        return {}

    def list_tags(self, context: Context, request: Shape) -> Shape:
        found = [find_trail(self._trails, context, each) for each in request["ResourceIdList"]]
        return {
            "ResourceTagList": [
                {
                    "ResourceId": trail.arn,
                    "TagsList": [{"Key": key, "Value": value} for key, value in trail.tags.items()],
                }
                for trail in found
            ]
        }
