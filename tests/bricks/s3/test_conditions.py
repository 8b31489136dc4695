from __future__ import annotations

from typing import Any

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.s3.conditions import check_read, check_write

ETAG, MODIFIED = "abc", 1000.7


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({}, None),
        ({"IfMatch": '"abc"'}, None),
        ({"IfMatch": "abc"}, None),
        ({"IfMatch": "*"}, None),
        ({"IfMatch": '"x", "abc"'}, None),
        ({"IfMatch": '"x"'}, 412),
        ({"IfNoneMatch": '"abc"'}, 304),
        ({"IfNoneMatch": 'W/"abc"'}, 304),
        ({"IfNoneMatch": '"x"'}, None),
        ({"IfModifiedSince": 999}, None),
        ({"IfModifiedSince": 1000}, 304),
        ({"IfUnmodifiedSince": 1000}, None),
        ({"IfUnmodifiedSince": 999}, 412),
        ({"IfMatch": '"abc"', "IfUnmodifiedSince": 1}, None),
        ({"IfNoneMatch": '"x"', "IfModifiedSince": 5000}, None),
    ],
)
def test_a_read_goes_on_where_its_conditions_hold(request_: dict[str, Any], status: int | None) -> None:
    if status is None:
        check_read(request_, ETAG, MODIFIED)
        return
    with pytest.raises(Refused) as refused:
        check_read(request_, ETAG, MODIFIED)
    assert refused.value.status == status


def test_the_source_of_a_copy_is_never_answered_with_not_modified() -> None:
    with pytest.raises(Refused) as refused:
        check_read({"CopySourceIfNoneMatch": '"abc"'}, ETAG, MODIFIED, "CopySource")
    assert refused.value.status == 412


@pytest.mark.parametrize(
    ("request_", "there", "code"),
    [
        ({"IfNoneMatch": "*"}, None, None),
        ({"IfNoneMatch": "*"}, ETAG, "PreconditionFailed"),
        ({"IfNoneMatch": '"abc"'}, None, "NotImplemented"),
        ({"IfMatch": '"abc"'}, ETAG, None),
        ({"IfMatch": '"x"'}, ETAG, "PreconditionFailed"),
        ({"IfMatch": '"abc"'}, None, "NoSuchKey"),
    ],
)
def test_a_write_goes_on_where_its_conditions_hold(
    request_: dict[str, Any], there: str | None, code: str | None
) -> None:
    if code is None:
        check_write({"Key": "k", **request_}, there)
        return
    with pytest.raises(Refused, match=code):
        check_write({"Key": "k", **request_}, there)
