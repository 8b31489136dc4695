"""What an endpoint has captured: the newest requests and answers, from the files that data capture writes to S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.console.reports import text_of
from brickline.console.visit import Visit

_RECORDS = 10
_MOST_BYTES = 1 << 18
_LEVELS = 4
"""Year, month, day and hour: folders below that of a variant."""


@dataclass(frozen=True)
class Record:
    """A request and its answer. `uri` is the file that has it."""

    time: str
    input: str
    input_type: str
    output: str
    output_type: str
    variant: str
    uri: str
    is_binary: bool = False


def newest(visit: Visit, endpoint: Shape) -> list[Record]:
    """The newest records of each variant, newest first; none where nothing is captured."""
    target = endpoint.get("DataCaptureConfig", {}).get("DestinationS3Uri")
    if not target:
        return []
    bucket, _, prefix = target.removeprefix("s3://").partition("/")
    root = f"{prefix.rstrip('/')}/" if prefix else ""
    found = [
        record
        for folder in _folders(visit, bucket, f"{root}{endpoint['EndpointName']}/")
        for record in _newest_of(visit, bucket, folder)
    ]
    return sorted(found, key=lambda record: record.time, reverse=True)[:_RECORDS]


def _newest_of(visit: Visit, bucket: str, folder: str) -> Iterator[Record]:
    """The records of a variant's newest file. The folders' names sort as their times do."""
    variant = folder.rstrip("/").rpartition("/")[2]
    for _ in range(_LEVELS):
        inner = _folders(visit, bucket, folder)
        if not inner:
            return
        folder = inner[-1]
    listed = visit.call_if_there("s3", "ListObjectsV2", Bucket=bucket, Prefix=folder)
    objects = (listed or {}).get("Contents", [])
    if objects:
        latest = max(objects, key=lambda one: (one["LastModified"], one["Key"]))
        for line in _last_lines(visit, bucket, latest["Key"], latest["Size"]):
            yield _record(line, variant, f"s3://{bucket}/{latest['Key']}")


def _folders(visit: Visit, bucket: str, prefix: str) -> list[str]:
    answer = visit.call_if_there("s3", "ListObjectsV2", Bucket=bucket, Prefix=prefix, Delimiter="/")
    return sorted(one["Prefix"] for one in (answer or {}).get("CommonPrefixes", ()))


def _last_lines(visit: Visit, bucket: str, key: str, size: int) -> list[Any]:
    """The last lines of a file of JSON lines; the first of a piece may be cut, and is left out."""
    part = {"Range": f"bytes=-{_MOST_BYTES}"} if size > _MOST_BYTES else {}
    answer = visit.call_if_there("s3", "GetObject", Bucket=bucket, Key=key, **part)
    lines = text_of(answer["Body"]).splitlines() if answer else []
    return [json.loads(line) for line in (lines[1:] if part else lines)[-_RECORDS:] if line.strip()]


def _record(line: Shape, variant: str, uri: str) -> Record:
    data = line.get("captureData", {})
    given, answered = data.get("endpointInput", {}), data.get("endpointOutput", {})
    return Record(
        time=line.get("eventMetadata", {}).get("inferenceTime", ""),
        input=given.get("data", ""),
        input_type=given.get("observedContentType", ""),
        output=answered.get("data", ""),
        output_type=answered.get("observedContentType", ""),
        variant=variant,
        uri=uri,
        is_binary=given.get("encoding") == "BASE64",
    )
