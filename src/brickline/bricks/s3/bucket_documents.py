"""What is kept with a bucket and given back: policy, CORS, encryption, lifecycle, notifications ... - each declared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.s3.buckets import BUCKET, bucket_of

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate

Method = Callable[["BucketDocuments", Context, Shape], Shape]


@dataclass(frozen=True)
class Document:
    """A document of a bucket: put as the request's `member`, given back under it or as the whole answer (`is_flat`).

    Where none was put, `default` is given, or the error `missing` (code, message). `check` refuses what is none.
    """

    name: str
    member: str
    is_flat: bool = True
    default: Shape | None = None
    missing: tuple[str, str] = ("", "")
    delete: str = ""
    check: Callable[[Any], None] = lambda _value: None


def _check_policy(text: str) -> None:
    try:
        policy = json.loads(text)
    except ValueError:
        raise Refused("MalformedPolicy", "Policy: this is not a valid JSON document") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise Refused("MalformedPolicy", "Policy: the member Statement is missing")


def _check_versioning(configuration: Shape) -> None:
    if "Status" not in configuration:
        raise Refused(
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified: VersioningConfiguration.Status is Enabled or Suspended",
        )


def _check_tagging(tagging: Shape) -> None:
    keys = [tag["Key"] for tag in tagging["TagSet"]]
    if len(set(keys)) != len(keys):
        raise Refused("InvalidTag", "Cannot provide multiple Tags with the same key")
    if len(keys) > _MOST_TAGS:
        raise Refused("BadRequest", f"Bucket tag count cannot be greater than {_MOST_TAGS}")


_MOST_TAGS = 50
_ENCRYPTION: Shape = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
_DOCUMENTS = (
    Document(
        "bucket_policy",
        "Policy",
        is_flat=False,
        missing=("NoSuchBucketPolicy", "The bucket policy does not exist"),
        delete="delete_bucket_policy",
        check=_check_policy,
    ),
    Document(
        "bucket_cors",
        "CORSConfiguration",
        missing=("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
        delete="delete_bucket_cors",
    ),
    Document(
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        is_flat=False,
        default={"ServerSideEncryptionConfiguration": _ENCRYPTION},
        delete="delete_bucket_encryption",
    ),
    Document(
        "bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        missing=("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        delete="delete_bucket_lifecycle",
    ),
    Document("bucket_notification_configuration", "NotificationConfiguration", default={}),
    Document(
        "public_access_block",
        "PublicAccessBlockConfiguration",
        is_flat=False,
        missing=("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
        delete="delete_public_access_block",
    ),
    Document(
        "bucket_ownership_controls",
        "OwnershipControls",
        is_flat=False,
        missing=("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
        delete="delete_bucket_ownership_controls",
    ),
    Document(
        "bucket_tagging",
        "Tagging",
        missing=("NoSuchTagSet", "The TagSet does not exist"),
        delete="delete_bucket_tagging",
        check=_check_tagging,
    ),
    Document("bucket_versioning", "VersioningConfiguration", default={}, check=_check_versioning),
    Document(
        "bucket_website",
        "WebsiteConfiguration",
        missing=("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
        delete="delete_bucket_website",
    ),
    Document(
        "bucket_replication",
        "ReplicationConfiguration",
        is_flat=False,
        missing=("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
        delete="delete_bucket_replication",
    ),
    Document("bucket_logging", "BucketLoggingStatus", default={}),
    Document("bucket_accelerate_configuration", "AccelerateConfiguration", default={}),
    Document("bucket_request_payment", "RequestPaymentConfiguration", default={"Payer": "BucketOwner"}),
)


class BucketDocuments:
    """`put_<document>`, `get_<document>` and where there is one `delete_<document>`, made from the declarations."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._buckets = Resources(baseplate, BUCKET)

    def get_bucket_policy_status(self, context: Context, request: Shape) -> Shape:
        policy = json.loads(self.get_bucket_policy(context, request)["Policy"])  # type: ignore[attr-defined]
        return {"PolicyStatus": {"IsPublic": any(map(_is_public, _statements(policy)))}}

    def get_object_lock_configuration(self, context: Context, request: Shape) -> Shape:
        """No bucket has one: CreateBucket refuses to switch object lock on."""
        bucket = bucket_of(self._buckets, context, request)
        raise Refused(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
            BucketName=bucket.name,
        )


def document_of(bucket: Resource, name: str) -> Any:
    """What was put for a bucket, or None."""
    return bucket.private["documents"].get(name)


def _statements(policy: Shape) -> list[Shape]:
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def _is_public(statement: Shape) -> bool:
    """Whether a statement lets everybody in, without a condition."""
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _put(document: Document) -> Method:
    def put(self: BucketDocuments, context: Context, request: Shape) -> Shape:
        document.check(request[document.member])
        bucket_of(self._buckets, context, request)
        with self._buckets.change(context, request["Bucket"]) as bucket:
            bucket.private["documents"][document.name] = request[document.member]
        return {}

    return put


def _get(document: Document) -> Method:
    def get(self: BucketDocuments, context: Context, request: Shape) -> Shape:
        bucket = bucket_of(self._buckets, context, request)
        found = document_of(bucket, document.name)
        if found is not None:
            return found if document.is_flat else {document.member: found}
        if document.default is not None:
            return document.default
        raise Refused(*document.missing, BucketName=bucket.name)

    return get


def _delete(document: Document) -> Method:
    def remove(self: BucketDocuments, context: Context, request: Shape) -> Shape:
        bucket_of(self._buckets, context, request)
        with self._buckets.change(context, request["Bucket"]) as bucket:
            bucket.private["documents"].pop(document.name, None)
        return {}

    return remove


for _document in _DOCUMENTS:
    setattr(BucketDocuments, f"put_{_document.name}", _put(_document))
    setattr(BucketDocuments, f"get_{_document.name}", _get(_document))
    if _document.delete:
        setattr(BucketDocuments, _document.delete, _delete(_document))
