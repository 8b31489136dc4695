"""Pages of IAM's lists: MaxItems, Marker, IsTruncated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.resources import Resources

_PAGE = 100


def resource_page(resources: Resources, context: Context, request: Shape) -> Shape:
    """A page of resources, by name."""
    answer = resources.page(context, request)
    return {**answer, "IsTruncated": "Marker" in answer}


def page(items: Sequence[Any], request: Shape, member: str) -> Shape:
    """A page of a short list that is at hand as a whole."""
    start = _start(request.get("Marker"))
    end = start + request.get("MaxItems", _PAGE)
    answer: Shape = {member: list(items[start:end]), "IsTruncated": end < len(items)}
    return {**answer, "Marker": encode_token([end])} if end < len(items) else answer


def _start(marker: str | None) -> int:
    if not marker:
        return 0
    try:
        return int(decode_token(marker, 1)[0])
    except (Refused, TypeError, ValueError):
        raise Refused("ValidationError", "Marker: not a marker that this operation gave") from None
