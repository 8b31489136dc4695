"""What the parts of this brick do alike: find the bucket, write an entry, drop files once nothing needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.s3 import events, index
from brickline.bricks.s3.buckets import BUCKET, bucket_of
from brickline.bricks.s3.conditions import check_write
from brickline.bricks.s3.index import Entry

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate


class Places:
    """The buckets and their index, over one baseplate."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.store = baseplate.store
        self.objects = baseplate.objects
        self._buckets = Resources(baseplate, BUCKET)

    def bucket(self, context: Context, request: Shape) -> Resource:
        return bucket_of(self._buckets, context, request)

    def entry(self, context: Context, request: Shape) -> Entry:
        """The object (or the version) that a request names, which is no delete marker. Refused as GetObject does."""
        bucket = self.bucket(context, request)
        key, version = request["Key"], request.get("VersionId")
        with self.store.read() as connection:
            if version:
                found = index.version_of(connection, bucket, key, version)
            else:
                found = index.latest(connection, bucket, key)
        if found is None and version:
            raise Refused("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version)
        if found is None:
            raise Refused("NoSuchKey", "The specified key does not exist.", 404, Key=key)
        if found.is_marker:
            raise _marker_refusal(found, bool(version))
        return found

    def keep(self, context: Context, request: Shape, entry: Entry, reason: str) -> str:
        """Make a received file an object, with its event, if the write's conditions hold; gives its version id.

        Where they do not, or the bucket is gone meanwhile, the file is dropped.
        """
        try:
            with self.store.write() as connection:
                bucket = self.bucket(context, request)
                now = index.latest(connection, bucket, entry.key)
                check_write(request, now.etag if now and not now.is_marker else None)
                version, replaced = index.add(connection, bucket, entry)
                events.created(context, bucket, entry, version, reason)
                self.drop_after_commit(replaced)
            return version
        except BaseException:
            self.objects.delete(entry.file)
            raise

    def drop_after_commit(self, files: Iterable[str]) -> None:
        for file in files:
            self.store.after_commit(self._dropper(file))

    def _dropper(self, file: str) -> Callable[[], None]:
        return lambda: self.objects.delete(file)


def new_entry(key: str, file: str, size: int, etag: str, document: Shape) -> Entry:
    return Entry(key=key, size=size, etag=etag, modified=clock.now(), file=file, document=document)


def _marker_refusal(marker: Entry, is_named: bool) -> Refused:
    members = {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version}
    if is_named:
        message = "The specified method is not allowed against this resource."
        return Refused("MethodNotAllowed", message, 405, **members)
    return Refused("NoSuchKey", "The specified key does not exist.", 404, Key=marker.key, **members)
