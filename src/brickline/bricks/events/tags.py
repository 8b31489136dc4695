"""Tags of buses and rules, by ARN."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_arn, set_tags
from brickline.bricks.events.kinds import BUS, RULE
from brickline.bricks.events.refusals import not_found

_TAGGED = (BUS.key, RULE.key)


class Tags:
    """TagResource, UntagResource, ListTagsForResource."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store

    def tag_resource(self, _context: Context, request: Shape) -> Shape:
        with self._store.write():
            resource = self._resource(request)
            given = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
            set_tags(self._store, resource, {**resource.tags, **given})
        return {}

    def untag_resource(self, _context: Context, request: Shape) -> Shape:
        with self._store.write():
            resource = self._resource(request)
            kept = {key: value for key, value in resource.tags.items() if key not in request["TagKeys"]}
            set_tags(self._store, resource, kept)
        return {}

    def list_tags_for_resource(self, _context: Context, request: Shape) -> Shape:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._resource(request).tags.items()]}

    def _resource(self, request: Shape) -> Resource:
        resource = resource_by_arn(self._store, request["ResourceARN"])
        if resource is None or resource.kind not in _TAGGED:
            raise not_found(f"ResourceARN: {request['ResourceARN']} is neither a rule nor an event bus that is there")
        return resource
