"""Tags of schedule groups (schedules have none)."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.scheduler.kinds import GROUP


class Tags:
    """TagResource, UntagResource, ListTagsForResource."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._groups = Resources(baseplate, GROUP)

    def tag_resource(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            group = self._group(context, request)
            set_tags(self._store, group, {**group.tags, **{tag["Key"]: tag["Value"] for tag in request["Tags"]}})
        return {}

    def untag_resource(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            group = self._group(context, request)
            kept = {key: value for key, value in group.tags.items() if key not in request["TagKeys"]}
            set_tags(self._store, group, kept)
        return {}

    def list_tags_for_resource(self, context: Context, request: Shape) -> Shape:
        group = self._group(context, request)
        return {"Tags": [{"Key": key, "Value": value} for key, value in group.tags.items()]}

    def _group(self, context: Context, request: Shape) -> Resource:
        return self._groups.get(context, request["ResourceArn"].rsplit("/", 1)[-1])
