"""S3's own notifications, to functions, queues and topics: which a bucket wants, and what they say.

Sources: notification-how-to-filtering.html, notification-content-structure.html.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.dispatch import Order
from brickline.baseplate.kinds import Resource
from brickline.baseplate.store import dumps
from brickline.baseplate.targets import Delivery

_DESTINATIONS = (
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "TopicArn"),
)


@dataclass(frozen=True)
class Change:
    """What happened to an object. `name` is as notifications have it, `ObjectCreated:Put`."""

    name: str
    key: str
    described: Shape
    """size, etag, sequencer and version-id, as far as there are any."""


def wanted(configuration: Shape, name: str, key: str) -> Iterator[tuple[str, Shape]]:
    """The destinations that a bucket's configuration has for an event of a key, each with its configuration."""
    for member, arn in _DESTINATIONS:
        for one in configuration.get(member) or ():
            is_asked_for = any(fnmatch.fnmatchcase(f"s3:{name}", asked) for asked in one["Events"])
            if is_asked_for and _passes(one.get("Filter", {}), key):
                yield one[arn], one


def notify(context: Context, bucket: Resource, configuration: Shape, change: Change) -> None:
    """Order what the bucket wants told, in the transaction that makes the change; the context's cause is its event."""
    for arn, one in wanted(configuration, change.name, change.key):
        payload = dumps({"Records": [_record(context, bucket, one.get("Id", ""), change)]})
        order = Order(bucket.arn, Delivery(arn, payload, token=naming.unique_id()), one.get("Id", "")[:64])
        context.baseplate.dispatch.add(context, order)


def _passes(given: Shape, key: str) -> bool:
    rules = given.get("Key", {}).get("FilterRules") or ()
    return all(
        key.startswith(rule["Value"]) if rule["Name"].lower() == "prefix" else key.endswith(rule["Value"])
        for rule in rules
    )


def _record(context: Context, bucket: Resource, identity: str, change: Change) -> Shape:
    described = change.described
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.document["BucketRegion"],
        "eventTime": clock.iso(clock.now()).replace("Z", ".000Z"),
        "eventName": change.name,
        "userIdentity": {"principalId": f"AWS:{context.principal}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": context.request_id, "x-amz-id-2": context.request_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": identity,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": bucket.account or context.account},
                "arn": bucket.arn,
            },
            "object": {
                "key": quote_plus(change.key, safe="/*-._"),
                **{
                    new: described[old]
                    for old, new in (("size", "size"), ("etag", "eTag"), ("version-id", "versionId"))
                    if old in described
                },
                "sequencer": described.get("sequencer", ""),
            },
        },
    }
