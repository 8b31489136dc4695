"""Tags of functions, by ARN."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import set_tags
from brickline.bricks.awslambda.lookup import Lookup


class Tags:
    """TagResource, UntagResource, ListTags."""

    def __init__(self, baseplate: Baseplate, lookup: Lookup) -> None:
        self._store = baseplate.store
        self._lookup = lookup

    def tag_resource(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            function = self._function(context, request)
            set_tags(self._store, function, {**function.tags, **request["Tags"]})
        return {}

    def untag_resource(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            function = self._function(context, request)
            kept = {key: value for key, value in function.tags.items() if key not in request["TagKeys"]}
            set_tags(self._store, function, kept)
        return {}

    def list_tags(self, context: Context, request: Shape) -> Shape:
        return {"Tags": self._function(context, request).tags}

    def _function(self, context: Context, request: Shape) -> Resource:
        return self._lookup.function(context, {"FunctionName": request["Resource"]})
