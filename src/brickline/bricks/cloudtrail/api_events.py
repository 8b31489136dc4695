"""An API call as CloudTrail records it. Pure. Source: cloudtrail-event-reference-record-contents.html."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel

from brickline.baseplate import clock, naming
from brickline.baseplate.brick import Context, Shape
from brickline.bricks.cloudtrail.selectors import Call

_READS = ("Get", "List", "Describe", "Head", "BatchGet", "Lookup", "Query", "Search", "Filter", "Test", "Select")
_NOT_RECORDED = frozenset(
    {
        ("events", "PutEvents"),
        ("logs", "PutLogEvents"),
        ("logs", "GetLogEvents"),
        ("logs", "FilterLogEvents"),
        ("monitoring", "PutMetricData"),
        ("sagemaker", "InvokeEndpoint"),
        ("sagemaker", "BatchPutMetrics"),
    }
)
"""Calls that carry data, and that CloudTrail does not know."""

_OBJECT_CALLS = ("Object", "Part", "Multipart")
_SECRETS = ("password", "secret", "token", "body", "payload", "zipfile")


def call_of(operation: OperationModel, request: Shape) -> Call | None:
    """What selectors look at; None for a call that CloudTrail never records."""
    service, name = operation.service_model.signing_name, operation.name
    if (service, name) in _NOT_RECORDED:
        return None
    source, is_read_only = f"{service}.amazonaws.com", name.startswith(_READS)
    if service == "s3" and "Key" in request and any(part in name for part in _OBJECT_CALLS):
        return Call(source, name, is_read_only, "AWS::S3::Object", f"arn:aws:s3:::{request['Bucket']}/{request['Key']}")
    if service == "lambda" and name == "Invoke":
        return Call(source, name, False, "AWS::Lambda::Function", request["FunctionName"])
    return Call(source, name, is_read_only)


def record(context: Context, operation: OperationModel, call: Call, request: Shape, answer: Shape) -> Shape:
    """The detail of an "AWS API Call via CloudTrail" event."""
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(context),
        "eventTime": clock.iso(clock.now()),
        "eventSource": call.source,
        "eventName": _event_name(operation),
        "awsRegion": context.region,
        "sourceIPAddress": "127.0.0.1" if context.host else call.source,
        "userAgent": "brickline",
        "requestParameters": _parameters(context, call, request),
        "responseElements": None if call.is_read_only or call.resource_type == "AWS::S3::Object" else _plain(answer),
        "requestID": context.request_id,
        "eventID": naming.unique_id(),
        "readOnly": call.is_read_only,
        **({"resources": _resources(context, call)} if call.is_data else {}),
        "eventType": "AwsApiCall",
        "managementEvent": not call.is_data,
        "recipientAccountId": context.account,
        "eventCategory": "Data" if call.is_data else "Management",
    }


def _event_name(operation: OperationModel) -> str:
    """Lambda's names carry the version of their API."""
    if operation.service_model.service_name != "lambda" or operation.name == "Invoke":
        return str(operation.name)
    second = operation.name in ("UpdateFunctionCode", "UpdateFunctionConfiguration")
    return f"{operation.name}20150331{'v2' if second else ''}"


def _identity(context: Context) -> Shape:
    principal = context.principal
    if not principal.startswith("arn:"):
        return {"type": "AWSService", "invokedBy": principal}
    kinds = {":assumed-role/": "AssumedRole", ":user/": "IAMUser", ":root": "Root"}
    kind = next((kind for part, kind in kinds.items() if part in principal), "Unknown")
    identity = {"type": kind, "principalId": principal.rsplit(":", 1)[-1], "arn": principal}
    key = {"accessKeyId": context.access_key} if context.access_key else {}
    return {**identity, "accountId": context.account, **key}


def _parameters(context: Context, call: Call, request: Shape) -> Shape:
    if call.resource_type == "AWS::S3::Object":
        return {"bucketName": request["Bucket"], "key": request["Key"], "Host": context.host or "s3.amazonaws.com"}
    if call.source == "s3.amazonaws.com" and "Bucket" in request:
        found = _plain({name: value for name, value in request.items() if name != "Bucket"})
        return {"bucketName": request["Bucket"], **found}
    found = _plain(request)
    return dict(found)


def _plain(value: Any) -> Any:
    """Members in camelCase, without bytes, streams and secrets."""
    if isinstance(value, dict):
        return {
            name[:1].lower() + name[1:]: _plain(member)
            for name, member in value.items()
            if not any(part in name.lower() for part in _SECRETS) and not _is_stream(member)
        }
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value if not _is_stream(element)]
    return value


def _is_stream(value: Any) -> bool:
    return not isinstance(value, dict | list | tuple | str | int | float | bool | None)


def _resources(context: Context, call: Call) -> list[Shape]:
    resources = [{"type": call.resource_type, "ARN": call.resource_arn}]
    if call.resource_type != "AWS::S3::Object":
        return [{**resources[0], "accountId": context.account}]
    bucket = call.resource_arn.split("/", 1)[0]
    return [*resources, {"accountId": context.account, "type": "AWS::S3::Bucket", "ARN": bucket}]
