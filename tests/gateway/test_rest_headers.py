from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.models import service_model
from brickline.gateway import protocols
from brickline.gateway.http import Headers, HttpRequest


@pytest.mark.parametrize(
    ("header", "value", "member", "expected"),
    [
        ("x-amz-acl", "private", "ACL", "private"),
        ("x-amz-acl", "", "ACL", None),  # old s3fs sends it empty
        ("x-amz-acl", "nonsense", "ACL", "nonsense"),  # for validation to refuse
        ("x-amz-storage-class", "standard_ia", "StorageClass", "STANDARD_IA"),
    ],
)
def test_choices_in_headers_are_read_as_clients_write_them(header: str, value: str, member: str, expected: Any) -> None:
    request = HttpRequest("PUT", "/bucket/key", "", Headers([("host", "127.0.0.1"), (header, value)]))
    operation = service_model("s3").operation_model("PutObject")
    read = protocols.parser("rest-xml", operation)(request, {"Bucket": "bucket", "Key": "key"})
    assert read.get(member) == expected
