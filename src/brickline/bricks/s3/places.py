"""What the parts of this brick do alike: find the bucket, write an entry, drop files once nothing needs them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.s3 import events, index, uploads
from brickline.bricks.s3.buckets import BUCKET, bucket_of
from brickline.bricks.s3.conditions import check_write
from brickline.bricks.s3.index import Entry
from brickline.bricks.s3.uploads import Upload

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

Used = TypeVar("Used")

_LOOKS = 5


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

    def entry_with(self, context: Context, request: Shape, use: Callable[[Entry], Used]) -> tuple[Entry, Used]:
        """The object that a request names, and what `use` makes of it and of its file.

        An object may be replaced, and its file deleted, between the look at the index and the use: then it is looked
        up again.
        """
        for _ in range(_LOOKS):
            entry = self.entry(context, request)
            with contextlib.suppress(FileNotFoundError):
                return entry, use(entry)
        raise Refused("InternalError", f"The bytes of {request['Key']!r} are not there", 500)

    def upload(self, context: Context, request: Shape) -> Upload:
        """The multipart upload that a request names. Refused where it does not go on."""
        bucket = self.bucket(context, request)
        with self.store.read() as connection:
            upload = uploads.find(connection, bucket.id, request["Key"], request["UploadId"])
        if upload is None:
            raise uploads.missing(request["UploadId"])
        return upload

    def keep(self, context: Context, request: Shape, entry: Entry, reason: str) -> str:
        """Make a received file an object, with its event, if the write's conditions hold; gives its version id.

        Where they do not, or the bucket is gone meanwhile, the file is dropped.
        """
        with self.store.write() as connection:
            try:
                bucket = self.bucket(context, request)
                now = index.latest(connection, bucket, entry.key)
                check_write(request, now.etag if now and not now.is_marker else None)
                version, replaced = index.add(connection, bucket, entry)
                events.created(context, bucket, entry, version, reason)
            except BaseException:
                self.objects.delete(entry.file)
                raise
            self.drop_after_commit(replaced)
        return version

    def drop_after_commit(self, files: Iterable[str]) -> None:
        for file in files:
            self.store.after_commit(partial(self.objects.delete, file))


def new_entry(key: str, file: str, size: int, etag: str, document: Shape) -> Entry:
    return Entry(key=key, size=size, etag=etag, modified=clock.now(), file=file, document=document)


def _marker_refusal(marker: Entry, is_named: bool) -> Refused:
    members = {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version}
    if is_named:
        message = "The specified method is not allowed against this resource."
        return Refused("MethodNotAllowed", message, 405, **members)
    return Refused("NoSuchKey", "The specified key does not exist.", 404, Key=marker.key, **members)
