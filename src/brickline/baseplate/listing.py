"""List operations: filters, sorting and pages, as quick for a million rows as for a hundred.

Pages follow the last row's sort value and id, never an offset: a list that grows meanwhile neither repeats nor skips.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Column, Kind, Listing, Resource
from brickline.baseplate.resources import as_resource
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import Store


def encode_token(position: list[Any]) -> str:
    """An opaque NextToken that carries `position`."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def decode_token(token: str, length: int) -> list[Any]:
    """The position in a NextToken; Refused where the token is not one of ours."""
    try:
        position = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        position = None
    if not isinstance(position, list) or len(position) != length:
        raise Refused("ValidationException", "NextToken: not a token that this operation gave")
    return position


def list_page(
    store: Store, kind: Kind, place: list[ColumnElement[bool]], request: Shape
) -> tuple[list[Resource], str | None]:
    """The page of `kind` that `request` asks for, and the token of the next one if there is more."""
    listing = kind.listing
    assert listing is not None, f"{kind.key} declares no listing"
    column = _sort_column(listing, request)
    descending = request.get("SortOrder", listing.default_order) == "Descending"
    size = min(int(request.get(listing.size, listing.page)), listing.max_page)
    where = place + _conditions(kind, listing, request)
    found: list[Resource] = []
    for resource in _rows(store, where, column, descending, request.get(listing.token), size + 1):
        if not _passes(listing, resource, request):
            continue
        if len(found) == size:
            return found, encode_token([_sort_value(column, kind, found[-1]), found[-1].id])
        found.append(resource)
    return found, None


def _sort_column(listing: Listing, request: Shape) -> Column:
    return listing.sort[request.get("SortBy", listing.default_sort)]


def _sort_value(column: Column, kind: Kind, resource: Resource) -> Any:
    return kind.lookup(resource.name) if column == "lookup" else getattr(resource, column)


def _conditions(kind: Kind, listing: Listing, request: Shape) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if text := request.get(listing.name_contains):
        where.append(table.c.lookup.contains(kind.lookup(text), autoescape=True))
    if listing.prefix and (text := request.get(listing.prefix)):
        where.append(table.c.lookup.startswith(kind.lookup(text), autoescape=True))
    if status := request.get(listing.status):
        where.append(table.c.status == status)
    for (after, before), column in ((listing.created, table.c.created), (listing.modified, table.c.modified)):
        if (moment := request.get(after)) is not None:
            where.append(column > moment)
        if (moment := request.get(before)) is not None:
            where.append(column < moment)
    return where


def _passes(listing: Listing, resource: Resource, request: Shape) -> bool:
    return all(test(resource, request[member]) for member, test in listing.filters.items() if member in request)


def _rows(
    store: Store,
    where: list[ColumnElement[bool]],
    column: Column,
    descending: bool,
    token: str | None,
    size: int,
) -> Iterator[Resource]:
    """Rows in order from after the token's position, fetched in batches of `size`."""
    key, row_id = table.c[column], table.c.id
    order = (key.desc(), row_id.desc()) if descending else (key, row_id)
    position = decode_token(token, 2) if token else None
    while True:
        query = select(table).where(and_(*where)).order_by(*order).limit(size)
        if position:
            query = query.where(_beyond(key, row_id, position, descending))
        with store.read() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield as_resource(row)
        if len(rows) < size:
            return
        position = [rows[-1][column], rows[-1]["id"]]


def _beyond(
    key: ColumnElement[Any], row_id: ColumnElement[int], position: list[Any], descending: bool
) -> ColumnElement[bool]:
    value, last = position
    if descending:
        return and_(key <= value, or_(key < value, row_id < last))
    return and_(key >= value, or_(key > value, row_id > last))
