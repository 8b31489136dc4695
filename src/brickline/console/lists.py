"""What the query of a list's page asks for, as members of a List operation's request."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate.brick import Shape
from brickline.console.visit import Visit

PAGE = 25
"""Rows of a page."""

BY_CREATION = ("CreationTime", "Name")
WITH_STATUS = ("CreationTime", "Name", "Status")


def asked(visit: Visit, sorts: Sequence[str] = BY_CREATION, contains: str = "NameContains", status: str = "") -> Shape:
    """NextToken, MaxResults, the filters and the order; the first of `sorts`, newest first, where nothing is asked.

    `contains` and `status` are the operation's names for its filters; "" where it has none.
    """
    query = visit.query
    sort = query.get("sort", "")
    request: Shape = {
        "MaxResults": PAGE,
        "NextToken": query.get("next"),
        "SortBy": sort if sort in sorts else sorts[0],
        "SortOrder": "Ascending" if query.get("order") == "Ascending" else "Descending",
    }
    if contains:
        request[contains] = query.get("search", "").strip()
    if status:
        request[status] = query.get("status")
    return {member: value for member, value in request.items() if value}
