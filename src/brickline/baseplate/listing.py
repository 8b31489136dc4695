"""List operations: filters, sorting and pages, as quick for a million rows as for a hundred.

Pages follow the last row's sort value and id, never an offset: a list that grows meanwhile neither repeats nor skips.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, tuple_

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.kinds import Column, Kind, Listing, Resource
from brickline.baseplate.resources import as_resource
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import Store

_COLUMNS: dict[Column, tuple[str, ...]] = {
    "lookup": ("lookup", "id"),
    "created": ("created", "id"),
    "modified": ("modified", "id"),
    "status": ("status", "created", "id"),
}
"""What a sort key stands for: the columns of its index (see `schema`)."""

_LAST_LETTER = "\U0010ffff"
_MOST_IN_MEMORY = 1000
_RARE = 500
_MOST_LOOKED_AT = 20_000
"""Rows of one call that are tested in Python; then the page ends, full or not, with a token, as AWS's own pages may."""


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
    store: Store, kind: Kind, place: list[ColumnElement[bool]], request: Shape, *, is_of_one_parent: bool = True
) -> tuple[list[Resource], str | None]:
    """The page of `kind` that `request` asks for, and the token of the next one if there is more."""
    query_of = _in_order if is_of_one_parent else _sorted
    listing = kind.listing
    assert listing is not None, f"{kind.key} declares no listing"
    order = _order(listing, request)
    size = min(int(request.get(listing.size, listing.page)), listing.max_page)
    where = place + _conditions(kind, listing, request)
    if request.get(listing.status) and order.columns[0] in ("lookup", "modified"):
        where += _if_rare(store, where)
    found: list[Resource] = []
    last: Resource | None = None
    rows = _rows(store, query_of, where, order, order.position(request.get(listing.token)), size + 1)
    for looked_at, resource in enumerate(rows):
        passes = _passes(listing, resource, request)
        if last and (looked_at == _MOST_LOOKED_AT or (passes and len(found) == size)):
            return found, order.token(kind, last)
        if passes:
            found.append(resource)
        last = resource
    return found, None


@dataclass(frozen=True)
class _Order:
    """What rows are sorted by; the last column tells apart what is equal in the others."""

    columns: tuple[str, ...]
    descending: bool

    @property
    def clauses(self) -> list[ColumnElement[Any]]:
        return [table.c[column].desc() if self.descending else table.c[column].asc() for column in self.columns]

    def beyond(self, position: Sequence[Any]) -> ColumnElement[bool]:
        """As a comparison of row values, which a database answers from the index of the order."""
        columns = [table.c[column] for column in self.columns]
        values = [literal(value, column.type) for value, column in zip(position, columns, strict=True)]
        here, there = tuple_(*columns), tuple_(*values)
        return here < there if self.descending else here > there

    def token(self, kind: Kind, resource: Resource) -> str:
        values = {**vars(resource), "lookup": kind.lookup(resource.name)}
        return encode_token([self.columns[0], *(values[column] for column in self.columns)])

    def position(self, token: str | None) -> list[Any] | None:
        """Refused where the token is of a list in another order."""
        if not token:
            return None
        column, *position = decode_token(token, 1 + len(self.columns))
        if column != self.columns[0]:
            raise Refused("ValidationException", "NextToken: the list was begun in another order than this SortBy")
        return position


def _order(listing: Listing, request: Shape) -> _Order:
    columns = _COLUMNS[listing.sort[request.get("SortBy", listing.default_sort)]]
    return _Order(columns, request.get("SortOrder", listing.default_order) == "Descending")


def _conditions(kind: Kind, listing: Listing, request: Shape) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if text := request.get(listing.name_contains):
        where.append(table.c.lookup.contains(kind.lookup(text), autoescape=True))
    if listing.prefix and (text := request.get(listing.prefix)):
        where += [table.c.lookup >= kind.lookup(text), table.c.lookup < kind.lookup(text) + _LAST_LETTER]
    if status := request.get(listing.status):
        where.append(table.c.status == status)
    for (after, before), column in ((listing.created, table.c.created), (listing.modified, table.c.modified)):
        if (moment := request.get(after)) is not None:
            where.append(column > moment)
        if (moment := request.get(before)) is not None:
            where.append(column < moment)
    return where


def _if_rare(store: Store, where: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Where few have the status: these rows by their ids, or the index of another order would be read to its end."""
    by_status = [table.c[column] for column in _COLUMNS["status"]]
    query = select(table.c.id).where(*where).order_by(*by_status).limit(_RARE + 1)
    with store.read() as connection:
        ids = connection.scalars(query).all()
    return [table.c.id.in_(ids)] if len(ids) <= _RARE else []


def _passes(listing: Listing, resource: Resource, request: Shape) -> bool:
    return all(test(resource, request[member]) for member, test in listing.filters.items() if member in request)


def _rows(
    store: Store,
    query_of: Callable[[list[ColumnElement[bool]], _Order, int], Select[Any]],
    where: list[ColumnElement[bool]],
    order: _Order,
    position: Sequence[Any] | None,
    size: int,
) -> Iterator[Resource]:
    """Rows in order from after `position`, in batches of `size` that grow: few rows may pass what the caller tests."""
    while True:
        query = query_of([*where, order.beyond(position)] if position else where, order, size)
        with store.read() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield as_resource(row)
        if len(rows) < size:
            return
        position = [rows[-1][column] for column in order.columns]
        size = min(2 * size, _MOST_IN_MEMORY)


def _in_order(where: list[ColumnElement[bool]], order: _Order, size: int) -> Select[Any]:
    """Where an index has the rows in this order."""
    return select(table).where(*where).order_by(*order.clauses).limit(size)


def _sorted(where: list[ColumnElement[bool]], order: _Order, size: int) -> Select[Any]:
    """Where they have to be sorted: first the ids, which an index alone tells, and then these rows."""
    ids = select(table.c.id).where(*where).order_by(*order.clauses).limit(size).subquery()
    return select(table).join(ids, ids.c.id == table.c.id).order_by(*order.clauses)
