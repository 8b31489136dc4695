"""What a client says of an object beside its bytes: headers, user metadata, tags, class, encryption."""

from __future__ import annotations

from urllib.parse import parse_qsl

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Resource
from brickline.bricks.s3 import checksums
from brickline.bricks.s3.bucket_documents import document_of
from brickline.bricks.s3.grants import acl_of
from brickline.bricks.s3.index import NULL, Entry

_SYSTEM = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "WebsiteRedirectLocation",
)
ENCRYPTION = (
    "ServerSideEncryption",
    "SSEKMSKeyId",
    "SSEKMSEncryptionContext",
    "BucketKeyEnabled",
    "SSECustomerAlgorithm",
    "SSECustomerKeyMD5",
)
_LOCKS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
_APART = ("Checksums", "Tags", "ACL", "PartSizes")
"""Members of an object's document that Head and Get do not give as they are."""
_KEY_BYTES, _METADATA_BYTES, _TAGS = 1024, 2048, 10
_DEFAULT_TYPE = "binary/octet-stream"


def check_key(key: str) -> None:
    if len(key.encode()) > _KEY_BYTES:
        raise Refused("KeyTooLongError", f"Your key is too long: {len(key.encode())} bytes, the most is {_KEY_BYTES}")


def properties(request: Shape, bucket: Resource) -> Shape:
    """The part of an object's document that the request gives. Refused where metadata or tags are too much."""
    if any(name in request for name in _LOCKS):
        raise Refused("InvalidRequest", "Bucket is missing Object Lock Configuration")
    document: Shape = {name: request[name] for name in _SYSTEM if name in request}
    document.setdefault("ContentType", _DEFAULT_TYPE)
    if encoding := _without_aws_chunked(document.pop("ContentEncoding", "")):
        document["ContentEncoding"] = encoding
    document |= _encryption(request, bucket)
    if metadata := request.get("Metadata"):
        document["Metadata"] = _checked(metadata)
    if request.get("StorageClass", "STANDARD") != "STANDARD":
        document["StorageClass"] = request["StorageClass"]
    if tagging := request.get("Tagging"):
        document["Tags"] = header_tags(tagging)
    if (acl := acl_of(request)) != "private":
        document["ACL"] = acl
    return document


def encryption_members(document: Shape) -> Shape:
    """How an object is encrypted, as far as clients are told (its file is not: it lies on the user's own disk)."""
    return {name: document[name] for name in ENCRYPTION if name in document}


def check_customer_key(request: Shape, document: Shape, prefix: str = "") -> None:
    """Who put an object with a key of his own has to show it; `prefix` is `CopySource` for the source of a copy."""
    wanted, given = document.get("SSECustomerKeyMD5"), request.get(f"{prefix}SSECustomerKeyMD5")
    if given and not wanted:
        raise Refused("InvalidRequest", "The encryption parameters are not applicable to this object.")
    if wanted and not given:
        message = "The object was stored using a form of Server Side Encryption. The correct parameters must be "
        raise Refused("InvalidRequest", f"{message}provided to retrieve the object.")
    if wanted != given:
        raise Refused("AccessDenied", "The SSE-C key is not the one that the object was stored with", 403)


def header_tags(tagging: str) -> dict[str, str]:
    """The tags of an `x-amz-tagging` header: `a=b&c=d`."""
    pairs = parse_qsl(tagging, keep_blank_values=True)
    tags = dict(pairs)
    if len(tags) != len(pairs):
        raise Refused("InvalidArgument", "The header 'x-amz-tagging' names a key twice", ArgumentName="x-amz-tagging")
    check_tags(tags)
    return tags


def check_tags(tags: dict[str, str]) -> None:
    if len(tags) > _TAGS:
        raise Refused("BadRequest", f"Object tags cannot be greater than {_TAGS}")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise Refused("InvalidTag", f"The tag {key!r} is not valid: a key has 1 to 128 letters, a value up to 256")


def described(entry: Entry, with_checksums: bool) -> Shape:
    """What HeadObject says of an entry, and GetObject beside the body."""
    document = {name: value for name, value in entry.document.items() if name not in _APART}
    if with_checksums and (computed := entry.document.get("Checksums")):
        document |= checksum_members(entry)
        document["ChecksumType"] = computed["Type"]
    if tags := entry.document.get("Tags"):
        document["TagCount"] = len(tags)
    return {
        **document,
        "AcceptRanges": "bytes",
        "ContentLength": entry.size,
        "ETag": f'"{entry.etag}"',
        "LastModified": entry.modified,
        **version_member(entry),
    }


def checksum_members(entry: Entry) -> Shape:
    values: dict[str, str] = entry.document.get("Checksums", {}).get("Values", {})
    return {checksums.member(algorithm): value for algorithm, value in values.items()}


def version_member(entry: Entry) -> Shape:
    """The version that was read; answers name one only in buckets that have, or had, versions."""
    return {"VersionId": entry.version} if entry.is_versioned else {}


def new_version_member(version: str) -> Shape:
    """The version that was written; none while versioning is off or suspended."""
    return {} if version == NULL else {"VersionId": version}


def _encryption(request: Shape, bucket: Resource) -> Shape:
    """As the request says, else as the bucket does, else S3's own keys (default-bucket-encryption.html)."""
    if asked := encryption_members(request):
        return asked if "SSECustomerAlgorithm" in asked else {"ServerSideEncryption": "AES256", **asked}
    rules = (document_of(bucket, "bucket_encryption") or {}).get("Rules", [])
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    key = {"SSEKMSKeyId": default["KMSMasterKeyID"]} if "KMSMasterKeyID" in default else {}
    return {"ServerSideEncryption": default.get("SSEAlgorithm", "AES256"), **key}


def _checked(metadata: dict[str, str]) -> dict[str, str]:
    size = sum(len(name) + len(value.encode()) for name, value in metadata.items())
    if size > _METADATA_BYTES:
        message = f"Your metadata headers exceed the maximum allowed metadata size: {size} of {_METADATA_BYTES} bytes"
        raise Refused("MetadataTooLarge", message)
    return {name.lower(): value for name, value in metadata.items()}


def _without_aws_chunked(encoding: str) -> str:
    return ",".join(part.strip() for part in encoding.split(",") if part.strip() not in ("", "aws-chunked"))
