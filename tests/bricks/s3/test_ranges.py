from __future__ import annotations

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.s3.ranges import byte_range, copy_range


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        (None, 10, None),
        ("bytes=0-4", 10, (0, 5)),
        ("bytes=4-", 10, (4, 6)),
        ("bytes=4-99", 10, (4, 6)),
        ("bytes=9-9", 10, (9, 1)),
        ("bytes=-3", 10, (7, 3)),
        ("bytes=-30", 10, (0, 10)),
        ("bytes=5-2", 10, None),
        ("bytes=-", 10, None),
        ("bytes=0-1,3-4", 10, None),
        ("lines=0-1", 10, None),
    ],
)
def test_a_range_is_an_offset_and_a_length(header: str | None, size: int, expected: tuple[int, int] | None) -> None:
    assert byte_range(header, size) == expected


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_beyond_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(Refused) as refused:
        byte_range(header, size)
    assert (refused.value.code, refused.value.status) == ("InvalidRange", 416)


def test_a_copied_range_has_both_ends_within_the_source() -> None:
    assert copy_range("bytes=0-9", 10) == (0, 10)
    for header in ("bytes=0-10", "bytes=5-", "bytes=-5", "bytes=5-4", "0-4"):
        with pytest.raises(Refused, match="InvalidArgument"):
            copy_range(header, 10)
