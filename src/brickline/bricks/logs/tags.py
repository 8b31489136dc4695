"""Tags of log groups, by ARN and by the older operations that take a name."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.logs.groups import GROUP
from brickline.bricks.logs.refusals import not_found

_MOST = 50


class Tags:
    """TagResource, UntagResource, ListTagsForResource, and TagLogGroup, UntagLogGroup, ListTagsLogGroup."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, GROUP)
        self._store = baseplate.store

    def tag_resource(self, context: Context, request: Shape) -> Shape:
        return self._tag(self._by_arn(context, request["resourceArn"]), request["tags"])

    def untag_resource(self, context: Context, request: Shape) -> Shape:
        return self._untag(self._by_arn(context, request["resourceArn"]), request["tagKeys"])

    def list_tags_for_resource(self, context: Context, request: Shape) -> Shape:
        return {"tags": self._by_arn(context, request["resourceArn"]).tags}

    def tag_log_group(self, context: Context, request: Shape) -> Shape:
        return self._tag(self._groups.get(context, request["logGroupName"]), request["tags"])

    def untag_log_group(self, context: Context, request: Shape) -> Shape:
        return self._untag(self._groups.get(context, request["logGroupName"]), request["tags"])

    def list_tags_log_group(self, context: Context, request: Shape) -> Shape:
        return {"tags": self._groups.get(context, request["logGroupName"]).tags}

    def _tag(self, group: Resource, tags: dict[str, str]) -> Shape:
        merged = {**group.tags, **tags}
        if len(merged) > _MOST:
            raise Refused(
                "TooManyTagsException", f"tags: {group.name} would have {len(merged)} tags, {_MOST} are the most"
            )
        set_tags(self._store, group, merged)
        return {}

    def _untag(self, group: Resource, keys: list[str]) -> Shape:
        set_tags(self._store, group, {key: value for key, value in group.tags.items() if key not in keys})
        return {}

    def _by_arn(self, context: Context, arn: str) -> Resource:
        group = self._groups.by_arn(arn)
        if group is None or group.account != context.account:
            raise not_found(f"resourceArn: there is no log group {arn}")
        return group
