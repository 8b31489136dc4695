"""S3's events, for buckets whose notification configuration has EventBridge on (ev-events.html)."""

from __future__ import annotations

from dataclasses import replace

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Resource
from brickline.bricks.s3.bucket_documents import document_of
from brickline.bricks.s3.index import NULL, Entry


def created(context: Context, bucket: Resource, entry: Entry, version: str, reason: str) -> None:
    described = {"size": entry.size, "etag": entry.etag, "sequencer": _sequencer()}
    _emit(context, bucket, "Object Created", entry.key, version, described, {"reason": reason})


def deleted(context: Context, bucket: Resource, key: str, version: str, *, is_marker: bool) -> None:
    more = {
        "reason": "DeleteObject",
        "deletion-type": "Delete Marker Created" if is_marker else "Permanently Deleted",
    }
    _emit(context, bucket, "Object Deleted", key, version, {"sequencer": _sequencer()}, more)


def tags_changed(context: Context, bucket: Resource, entry: Entry, *, added: bool) -> None:
    name = "Object Tags Added" if added else "Object Tags Deleted"
    _emit(context, bucket, name, entry.key, entry.version, {"etag": entry.etag}, {})


def _emit(context: Context, bucket: Resource, name: str, key: str, version: str, described: Shape, more: Shape) -> None:
    """Events are of the bucket's region, wherever the call came from."""
    configuration = document_of(bucket, "bucket_notification_configuration") or {}
    if "EventBridgeConfiguration" not in configuration:
        return
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {"key": key, **described, **({} if version == NULL else {"version-id": version})},
        "request-id": context.request_id,
        "requester": context.account,
        "source-ip-address": "127.0.0.1",
        **more,
    }
    replace(context, region=bucket.document["BucketRegion"]).emit("aws.s3", name, [bucket.arn], detail)


def _sequencer() -> str:
    """Greater for a later event of the same key, when compared as text."""
    return f"{int(clock.now() * 1e6):016X}"
