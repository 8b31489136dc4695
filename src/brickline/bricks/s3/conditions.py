"""Conditional requests (conditional-requests.html): pure decisions on an ETag and a time."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused


def _matches(wanted: str, etag: str) -> bool:
    return any(item.strip().removeprefix("W/").strip('"') in ("*", etag) for item in wanted.split(","))


def check_read(request: Shape, etag: str, modified: float, prefix: str = "") -> None:
    """A read's conditions; `prefix` is `CopySource` for those on the source of a copy.

    If-Match wins over If-Unmodified-Since, and If-None-Match over If-Modified-Since (RFC 9110, 13.2.2). A copy is
    refused with 412 where a read would answer 304.
    """
    moment = int(modified)  # the headers have whole seconds
    if wanted := request.get(f"{prefix}IfMatch"):
        if not _matches(wanted, etag):
            raise _failed("If-Match")
    elif (limit := request.get(f"{prefix}IfUnmodifiedSince")) is not None and moment > limit:
        raise _failed("If-Unmodified-Since")
    if unwanted := request.get(f"{prefix}IfNoneMatch"):
        if _matches(unwanted, etag):
            raise _failed("If-None-Match") if prefix else _not_modified(etag)
    elif (limit := request.get(f"{prefix}IfModifiedSince")) is not None and moment <= limit:
        raise _failed("If-Modified-Since") if prefix else _not_modified(etag)


def check_write(request: Shape, etag: str | None) -> None:
    """A write's conditions, on the ETag of what is there now (None: nothing is)."""
    if wanted := request.get("IfMatch"):
        if etag is None:
            raise Refused("NoSuchKey", "The specified key does not exist.", 404, Key=request["Key"])
        if not _matches(wanted, etag):
            raise _failed("If-Match")
    unwanted = request.get("IfNoneMatch")
    if unwanted not in (None, "*"):
        raise Refused("NotImplemented", f"If-None-Match of a write can only be *, not {unwanted}")
    if unwanted and etag is not None:
        raise _failed("If-None-Match")


def _failed(condition: str) -> Refused:
    message = "At least one of the pre-conditions you specified did not hold"
    return Refused("PreconditionFailed", message, 412, Condition=condition)


def _not_modified(etag: str) -> Refused:
    return Refused("NotModified", "Not Modified", 304, ETag=f'"{etag}"')
