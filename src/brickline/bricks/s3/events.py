"""S3's events: to EventBridge for buckets that have it on (ev-events.html), and the bucket's own notifications."""

from __future__ import annotations

from dataclasses import replace

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.bus import NO_BUS
from brickline.baseplate.kinds import Resource
from brickline.bricks.s3.bucket_documents import document_of
from brickline.bricks.s3.index import NULL, Entry, versioning
from brickline.bricks.s3.notifications import Change, notify, wanted

_CREATED = {"PutObject": "Put", "CopyObject": "Copy", "CompleteMultipartUpload": "CompleteMultipartUpload"}


def created(context: Context, bucket: Resource, entry: Entry, version: str, reason: str) -> None:
    described = {"size": entry.size, "etag": entry.etag, "sequencer": _sequencer(), **_version(version)}
    change = Change(f"ObjectCreated:{_CREATED.get(reason, 'Post')}", entry.key, described)
    _tell(context, bucket, "Object Created", change, {"reason": reason})


def deleted(context: Context, bucket: Resource, key: str, version: str, *, is_marker: bool) -> None:
    change = Change(
        "ObjectRemoved:DeleteMarkerCreated" if is_marker else "ObjectRemoved:Delete",
        key,
        {"sequencer": _sequencer(), **_version(version)},
    )
    more = {
        "reason": "DeleteObject",
        "deletion-type": "Delete Marker Created" if is_marker else "Permanently Deleted",
    }
    _tell(context, bucket, "Object Deleted", change, more)


def tags_changed(context: Context, bucket: Resource, entry: Entry, *, added: bool) -> None:
    name = "Object Tags Added" if added else "Object Tags Deleted"
    described = {"etag": entry.etag, **_version(entry.version)}
    _tell(context, bucket, name, Change(f"ObjectTagging:{'Put' if added else 'Delete'}", entry.key, described), {})


def _tell(context: Context, bucket: Resource, name: str, change: Change, more: Shape) -> None:
    """Events are of the bucket's region, wherever the call came from."""
    configuration = document_of(bucket, "bucket_notification_configuration") or {}
    on_bus = "EventBridgeConfiguration" in configuration
    notifies = any(wanted(configuration, change.name, change.key))
    # Objects of versioned buckets may be sources of pipelines, which ask for no notification.
    may_be_source = name == "Object Created" and versioning(bucket) == "Enabled"
    if not on_bus and not notifies and not may_be_source:
        return
    context = replace(context, region=bucket.document["BucketRegion"])
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {"key": change.key, **change.described},
        "request-id": context.request_id,
        "requester": context.account,
        "source-ip-address": "127.0.0.1",
        **more,
    }
    bus = None if on_bus else NO_BUS
    event = context.baseplate.bus.emit(context, "aws.s3", name, [bucket.arn], detail, bus=bus)
    if notifies:
        notify(replace(context, cause=event), bucket, configuration, change)


def _version(version: str) -> Shape:
    return {} if version == NULL else {"version-id": version}


def _sequencer() -> str:
    """Greater for a later event of the same key, when compared as text."""
    return f"{int(clock.now() * 1e6):016X}"
