"""Object tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.bricks.s3 import events, index
from brickline.bricks.s3.places import Places
from brickline.bricks.s3.properties import check_tags, version_member

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate


class Tagging:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def put_object_tagging(self, context: Context, request: Shape) -> Shape:
        tags = {tag["Key"]: tag["Value"] for tag in request["Tagging"]["TagSet"]}
        if len(tags) != len(request["Tagging"]["TagSet"]):
            raise Refused("InvalidTag", "Cannot provide multiple Tags with the same key")
        check_tags(tags)
        return self._change(context, request, tags, added=True)

    def get_object_tagging(self, context: Context, request: Shape) -> Shape:
        entry = self._places.entry(context, request)
        tags = [{"Key": key, "Value": value} for key, value in entry.document.get("Tags", {}).items()]
        return {"TagSet": tags, **version_member(entry)}

    def delete_object_tagging(self, context: Context, request: Shape) -> Shape:
        return self._change(context, request, {}, added=False)

    def _change(self, context: Context, request: Shape, tags: dict[str, str], *, added: bool) -> Shape:
        with self._places.store.write() as connection:
            entry = self._places.entry(context, request)
            index.change_document(connection, entry, {**entry.document, "Tags": tags})
            events.tags_changed(context, self._places.bucket(context, request), entry, added=added)
        return version_member(entry)
