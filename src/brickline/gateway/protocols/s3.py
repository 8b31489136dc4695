"""What S3 does in its own way: root elements, error documents, statuses of errors."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import OperationModel, ServiceModel

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.gateway.http import Exchange, HttpResponse
from brickline.gateway.protocols.protocol import Serialise, wire_error
from brickline.gateway.xml_text import DECLARATION, escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycle": "LifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotification": "NotificationConfiguration",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectTagging": "Tagging",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}
"""The root elements that are not the operation's name with `Result`: the model does not have them."""

_ALWAYS: Mapping[str, Shape] = {"ListBuckets": {"Buckets": []}}
"""Members that are written even where the answer has none."""

_STATUSES = {
    400: "BadDigest EntityTooLarge EntityTooSmall ExpiredToken IncompleteBody InvalidArgument InvalidBucketName "
    "InvalidDigest InvalidPart InvalidPartOrder InvalidRequest InvalidTag InvalidToken KeyTooLongError MalformedXML "
    "MetadataTooLarge MissingRequestBodyError RequestTimeout TooManyBuckets XAmzContentSHA256Mismatch",
    403: "AccessDenied InvalidAccessKeyId InvalidObjectState RequestTimeTooSkewed SignatureDoesNotMatch",
    404: "NoSuchBucket NoSuchBucketPolicy NoSuchCORSConfiguration NoSuchConfiguration NoSuchKey "
    "NoSuchLifecycleConfiguration NoSuchObjectLockConfiguration NoSuchPublicAccessBlockConfiguration NoSuchTagSet "
    "NoSuchUpload NoSuchVersion NoSuchWebsiteConfiguration ObjectLockConfigurationNotFoundError "
    "OwnershipControlsNotFoundError ReplicationConfigurationNotFoundError "
    "ServerSideEncryptionConfigurationNotFoundError",
    405: "MethodNotAllowed",
    409: "BucketAlreadyExists BucketAlreadyOwnedByYou BucketNotEmpty ConditionalRequestConflict InvalidBucketState "
    "OperationAborted",
    411: "MissingContentLength",
    412: "PreconditionFailed",
    416: "InvalidRange",
    500: "InternalError",
    503: "SlowDown ServiceUnavailable",
}
_STATUS_OF = {code: status for status, codes in _STATUSES.items() for code in codes.split()}


def body_writer(operation: OperationModel, write_members: Callable[[Any], str]) -> Callable[[Shape], bytes]:
    """What writes a body under S3's root element."""
    if operation.name == "GetBucketLocation":
        return _location
    root = _ROOTS.get(operation.name, f"{operation.name}Result")
    always = _ALWAYS.get(operation.name, {})
    return lambda response: (
        f'{DECLARATION}<{root} xmlns="{NAMESPACE}">{write_members({**always, **response})}</{root}>'.encode()
    )


def with_s3_ids(serialise: Serialise) -> Serialise:
    """A REST answer with S3's own request ids."""

    def serialise_for_s3(response: Shape, exchange: Exchange) -> HttpResponse:
        answer = serialise(response, exchange)
        headers = [header for header in answer.headers if header[0] != "x-amzn-RequestId"]
        return HttpResponse(answer.status, headers + _id_headers(exchange), answer.body)

    return serialise_for_s3


def error(service: ServiceModel | None, refused: Refused, exchange: Exchange) -> HttpResponse:
    """S3's error document; an answer to HEAD and a 304 have no body."""
    known = wire_error(service, refused)
    code, status = known.code, _STATUS_OF.get(known.code, known.status) if refused.status == 400 else refused.status
    headers = [*_id_headers(exchange), *_headers_of(refused.members)]
    if exchange.request.method == "HEAD" or status == 304:
        return HttpResponse(status, headers)
    body = f"{DECLARATION}<Error>{_elements(code, refused, exchange)}</Error>"
    return HttpResponse(status, [("Content-Type", "application/xml"), *headers], body.encode())


def host_id(request_id: str) -> str:
    """The second id of S3's answers; the same for the same request."""
    return base64.b64encode(hashlib.sha256(request_id.encode()).digest()).decode()


def _id_headers(exchange: Exchange) -> list[tuple[str, str]]:
    return [("x-amz-request-id", exchange.request_id), ("x-amz-id-2", host_id(exchange.request_id))]


def _headers_of(members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Members of a refusal that are named as headers (`x-amz-delete-marker`, `ETag`) go there."""
    return [(name, str(value)) for name, value in members.items() if _is_header(name)]


def _is_header(name: str) -> bool:
    return "-" in name or name == "ETag"


def _elements(code: str, refused: Refused, exchange: Exchange) -> str:
    values = {"Code": code, "Message": refused.message}
    values |= {name: value for name, value in refused.members.items() if not _is_header(name)}
    values.setdefault("Resource", exchange.request.path)
    values |= {"RequestId": exchange.request_id, "HostId": host_id(exchange.request_id)}
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())


def _location(response: Shape) -> bytes:
    """The location is the root element's own text; the first region's is empty."""
    region = response.get("LocationConstraint") or ""
    return f'{DECLARATION}<LocationConstraint xmlns="{NAMESPACE}">{escape(region)}</LocationConstraint>'.encode()
