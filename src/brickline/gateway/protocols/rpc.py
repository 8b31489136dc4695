"""What the RPC protocols json and rpc-v2-cbor have in common: the whole input and output is the body."""

from __future__ import annotations

from typing import Any

from brickline.gateway.protocols.protocol import WireError

_SQS = "AWS.SimpleQueueService."
_QUERY_CODES = {
    "BatchEntryIdsNotDistinct": f"{_SQS}BatchEntryIdsNotDistinct",
    "BatchRequestTooLong": f"{_SQS}BatchRequestTooLong",
    "EmptyBatchRequest": f"{_SQS}EmptyBatchRequest",
    "InvalidBatchEntryId": f"{_SQS}InvalidBatchEntryId",
    "MessageNotInflight": f"{_SQS}MessageNotInflight",
    "PurgeQueueInProgress": f"{_SQS}PurgeQueueInProgress",
    "QueueDeletedRecently": f"{_SQS}QueueDeletedRecently",
    "QueueDoesNotExist": f"{_SQS}NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "TooManyEntriesInBatchRequest": f"{_SQS}TooManyEntriesInBatchRequest",
    "UnsupportedOperation": f"{_SQS}UnsupportedOperation",
}
"""SQS's codes of the time when it spoke the query protocol: botocore's model does not have them any more."""


def error_headers(error: WireError, request_id: str, is_query_compatible: bool) -> list[tuple[str, str]]:
    headers = [("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", error.name)]
    if is_query_compatible:  # clients that compare the codes of the query protocol read this one
        code = _QUERY_CODES.get(error.name, error.code)
        headers.append(("x-amzn-query-error", f"{code};{error.fault}"))
    return headers


def error_document(error: WireError, members: dict[str, Any], is_query_compatible: bool) -> dict[str, Any]:
    code = error.name if is_query_compatible else error.code
    return {"__type": code, error.message_member: error.message, **members}
