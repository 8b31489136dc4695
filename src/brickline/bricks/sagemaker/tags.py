"""Tags of every SageMaker resource, by ARN."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import resource_by_arn, set_tags
from brickline.bricks.sagemaker.refusals import invalid

MOST = 50
"""So many tags a resource can have."""


def requested_tags(request: Shape) -> dict[str, str]:
    """The `Tags` member of a Create request."""
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
    if len(tags) != len(request.get("Tags") or ()):
        raise invalid("Tags: a key is given twice; tag keys have to be unique")
    return tags


def tag_list(tags: dict[str, str]) -> list[Shape]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def without_tags(request: Shape) -> Shape:
    """A Create request without its tags, which are kept beside the document."""
    return {member: value for member, value in request.items() if member != "Tags"}


class Tags:
    """AddTags, ListTags, DeleteTags."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store

    def add_tags(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            resource = self._resource(context, request["ResourceArn"])
            tags = {**resource.tags, **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}
            if len(tags) > MOST:
                raise invalid(f"Tags: {resource.arn} would have {len(tags)} tags, {MOST} are the most")
            set_tags(self._store, resource, tags)
        return {"Tags": tag_list(tags)}

    def list_tags(self, context: Context, request: Shape) -> Shape:
        return {"Tags": tag_list(self._resource(context, request["ResourceArn"]).tags)}

    def delete_tags(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            resource = self._resource(context, request["ResourceArn"])
            kept = {key: value for key, value in resource.tags.items() if key not in request["TagKeys"]}
            set_tags(self._store, resource, kept)
        return {}

    def _resource(self, context: Context, arn: str) -> Resource:
        resource = resource_by_arn(self._store, arn)
        if resource is None or resource.account != context.account or not resource.kind.startswith("sagemaker/"):
            raise invalid(f"ResourceArn: there is no SageMaker resource {arn} in account {context.account}")
        return resource
