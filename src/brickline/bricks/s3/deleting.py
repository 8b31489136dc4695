"""DeleteObject and DeleteObjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.s3 import events, index
from brickline.bricks.s3.conditions import check_write
from brickline.bricks.s3.index import NULL
from brickline.bricks.s3.places import Places, new_entry
from brickline.bricks.s3.properties import check_key

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

_MOST = 1000


class Deleting:
    def __init__(self, baseplate: Baseplate) -> None:
        self._places = Places(baseplate)

    def delete_object(self, context: Context, request: Shape) -> Shape:
        """Deleting what is not there succeeds."""
        check_key(request["Key"])
        with self._places.store.write() as connection:
            bucket = self._places.bucket(context, request)
            return self._delete(connection, context, bucket, request)

    def delete_objects(self, context: Context, request: Shape) -> Shape:
        """Up to 1,000 keys, each by itself; one transaction, so that it is quick."""
        items = request["Delete"]["Objects"]
        if len(items) > _MOST:
            raise Refused("MalformedXML", f"Delete.Objects has {len(items)} objects; the most is {_MOST}")
        answer: Shape = {"Deleted": [], "Errors": []}
        with self._places.store.write() as connection:
            bucket = self._places.bucket(context, request)
            for item in items:
                try:
                    check_key(item["Key"])
                    done = self._delete(connection, context, bucket, {**item, "IfMatch": item.get("ETag")})
                except Refused as error:
                    answer["Errors"].append({**item, "Code": error.code, "Message": error.message})
                else:
                    answer["Deleted"].append(_deleted(item, done))
        if request["Delete"].get("Quiet"):
            answer.pop("Deleted")
        return answer

    def _delete(self, connection: Connection, context: Context, bucket: Resource, item: Shape) -> Shape:
        key, version = item["Key"], item.get("VersionId")
        if item.get("IfMatch"):
            now = index.latest(connection, bucket, key)
            check_write(item, now.etag if now and not now.is_marker else None)
        if version:
            return self._delete_version(connection, context, bucket, key, version)
        status = index.versioning(bucket)
        if status:
            return self._add_marker(connection, context, bucket, key)
        if index.latest(connection, bucket, key):
            self._places.drop_after_commit(index.remove(connection, bucket, key, NULL))
            events.deleted(context, bucket, key, NULL, is_marker=False)
        return {}

    def _delete_version(
        self, connection: Connection, context: Context, bucket: Resource, key: str, version: str
    ) -> Shape:
        found = index.version_of(connection, bucket, key, version)
        if found is None:
            return {"VersionId": version}
        self._places.drop_after_commit(index.remove(connection, bucket, key, version))
        events.deleted(context, bucket, key, version, is_marker=False)
        return {"VersionId": version, **({"DeleteMarker": True} if found.is_marker else {})}

    def _add_marker(self, connection: Connection, context: Context, bucket: Resource, key: str) -> Shape:
        marker = new_entry(key, "", 0, "", {})
        version, replaced = index.add(connection, bucket, index.as_marker(marker))
        self._places.drop_after_commit(replaced)
        events.deleted(context, bucket, key, version, is_marker=True)
        return {"DeleteMarker": True, "VersionId": version}


def _deleted(item: Shape, done: Shape) -> Shape:
    """DeleteObjects names the version that was asked for, and a marker's own version beside it."""
    answer: Shape = {"Key": item["Key"], **({"VersionId": item["VersionId"]} if "VersionId" in item else {})}
    if done.get("DeleteMarker"):
        answer |= {"DeleteMarker": True, "DeleteMarkerVersionId": done["VersionId"]}
    return answer
