"""Tags of pipelines, by ARN."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.naming import is_arn
from brickline.baseplate.resources import set_tags
from brickline.bricks.codepipeline.records import Records

_MOST = 50


class Tags:
    """TagResource, UntagResource, ListTagsForResource."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def tag_resource(self, _context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            pipeline = self._pipeline(request)
            set_tags(self._records.store, pipeline, _checked({**pipeline.tags, **tags_given(request["tags"])}))
        return {}

    def untag_resource(self, _context: Context, request: Shape) -> Shape:
        with self._records.store.write():
            pipeline = self._pipeline(request)
            kept = {key: value for key, value in pipeline.tags.items() if key not in request["tagKeys"]}
            set_tags(self._records.store, pipeline, kept)
        return {}

    def list_tags_for_resource(self, _context: Context, request: Shape) -> Shape:
        return {"tags": tag_list(self._pipeline(request).tags)}

    def _pipeline(self, request: Shape) -> Resource:
        arn = request["resourceArn"]
        if not is_arn(arn):
            raise Refused("InvalidArnException", f"resourceArn: {arn!r} is not an ARN")
        found = self._records.pipelines.by_arn(arn)
        if found is None:
            raise Refused("ResourceNotFoundException", f"resourceArn: there is no pipeline {arn}")
        return found


def tags_given(tags: list[Shape]) -> dict[str, str]:
    """Refused where they are too many, or AWS's own."""
    return _checked({tag["key"]: tag["value"] for tag in tags})


def tag_list(tags: dict[str, str]) -> list[Shape]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _checked(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > _MOST:
        raise Refused("TooManyTagsException", f"tags: {len(tags)} tags; a pipeline can have {_MOST}")
    if own := [key for key in tags if key.lower().startswith("aws:")]:
        raise Refused("InvalidTagsException", f"tags: {own[0]!r} begins with aws:, which is reserved")
    return tags
