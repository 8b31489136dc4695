"""Byte ranges (RFC 9110, 14.1.2): pure."""

from __future__ import annotations

import re

from brickline.baseplate.errors import Refused

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """`(offset, length)` of a Range header on so many bytes; None where there is none, or it is no single byte range.

    Refused with InvalidRange where it asks for nothing that is there.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        length = min(int(last) if last else size - 1, size - 1) - start + 1
        if last and int(last) < start:
            return None  # not a range: S3 answers with the whole object
    if length <= 0 or start >= size:
        raise Refused("InvalidRange", "The requested range is not satisfiable", 416, RangeRequested=header)
    return start, length


def copy_range(header: str, size: int) -> tuple[int, int]:
    """UploadPartCopy's range: both ends, and within the source."""
    found = _RANGE.fullmatch(header)
    if found is None or not found.group(1) or not found.group(2):
        raise Refused(
            "InvalidArgument", f"The x-amz-copy-source-range value must be of the form bytes=first-last, not {header}"
        )
    first, last = int(found.group(1)), int(found.group(2))
    if last < first or last >= size:
        raise Refused("InvalidArgument", f"Range specified is not valid for source object of size: {size}")
    return first, last - first + 1
