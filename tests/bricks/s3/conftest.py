from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

BUCKET = "a-bucket"


class S3:
    """The brick as its clients call it, on one bucket."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.baseplate = context.baseplate

    def __call__(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.context.call("s3", operation, **({"Bucket": BUCKET} | request))

    def put(self, key: str, data: bytes | Body = b"", **request: Any) -> dict[str, Any]:
        return self("PutObject", Key=key, Body=data, **request)

    def get(self, key: str, **request: Any) -> bytes:
        body = self("GetObject", Key=key, **request)["Body"]
        try:
            data: bytes = body.read()
            return data
        finally:
            body.close()

    def listed(self, **request: Any) -> list[str]:
        return [found["Key"] for found in self("ListObjectsV2", **request)["Contents"]]

    def version(self, status: str) -> None:
        self("PutBucketVersioning", VersioningConfiguration={"Status": status})

    def files(self) -> int:
        """Object files on disk."""
        return len(list(self.baseplate.objects.ids()))

    def refused(self, code: str, operation: str, **request: Any) -> Refused:
        with pytest.raises(Refused) as refused:
            self(operation, **request)
        assert refused.value.code == code, refused.value
        return refused.value


@pytest.fixture
def s3(baseplate: Baseplate) -> S3:
    client = S3(baseplate.context())
    client("CreateBucket")
    return client


@pytest.fixture
def other_account(s3: S3) -> S3:
    return S3(s3.baseplate.context(account="999988887777"))


@pytest.fixture
def events(s3: S3) -> Callable[[], list[dict[str, Any]]]:
    """The events of the bucket, which has EventBridge on."""
    s3("PutBucketNotificationConfiguration", NotificationConfiguration={"EventBridgeConfiguration": {}})
    return lambda: list(s3.baseplate.bus.events())
