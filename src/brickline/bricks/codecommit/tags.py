"""Tags of repositories."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, set_tags
from brickline.bricks.codecommit.kinds import REPOSITORY


class Tags:
    """TagResource, UntagResource, ListTagsForResource."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._repositories = Resources(baseplate, REPOSITORY)

    def tag_resource(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        with self._store.write():
            found = self._find(request)
            set_tags(self._store, found, {**found.tags, **request["tags"]})
        return {}

    def untag_resource(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        with self._store.write():
            found = self._find(request)
            left = {key: value for key, value in found.tags.items() if key not in request["tagKeys"]}
            set_tags(self._store, found, left)
        return {}

    def list_tags_for_resource(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        return {"tags": self._find(request).tags}

    def _find(self, request: Shape) -> Resource:
        found = self._repositories.by_arn(request["resourceArn"])
        if found is None:
            raise Refused("RepositoryDoesNotExistException", f"resourceArn: {request['resourceArn']} does not exist")
        return found
