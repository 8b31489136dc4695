"""Collections of resources: the ordinary operations of every service, written once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.schema import resources as table
from brickline.baseplate.store import Store, dumps

if TYPE_CHECKING:
    from brickline.baseplate.house import Baseplate


class Resources:
    """The resources of one kind. Names are the API's; `parent` is the name of what they belong to, if anything."""

    def __init__(self, baseplate: Baseplate, kind: Kind) -> None:
        self.kind = kind
        self._baseplate = baseplate
        self._store: Store = baseplate.store

    def create(
        self,
        context: Context,
        name: str,
        document: Shape,
        *,
        parent: str = "",
        arn: str = "",
        private: Shape | None = None,
        tags: dict[str, str] | None = None,
        unfinished: bool = False,
    ) -> Resource:
        """Keep a new resource; name, ARN and times are written into its document. Refused where the name is taken.

        With `unfinished` its controller is woken once the transaction is committed.
        """
        kind, now = self.kind, clock.now()
        arn = arn or kind.arn_of(context, name, parent)
        document = {**document, kind.name_member: name, kind.arn_member: arn, kind.created_member: now}
        if kind.modified_member:
            document[kind.modified_member] = now
        resource = Resource(
            id=0,
            kind=kind.key,
            account=kind.account_of(context),
            region=kind.region_of(context),
            parent=parent,
            name=name,
            arn=arn,
            status=document.get(kind.status_member, ""),
            created=now,
            modified=now,
            unfinished=unfinished,
            owner=context.owner,
            cause=context.cause,
            document=document,
            private=private or {},
            tags=tags or {},
            principal=context.principal,
        )
        try:
            with self._store.write() as connection:
                values = {**_values(resource), "lookup": kind.lookup(name)}
                resource.id = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        except IntegrityError:
            raise kind.taken_error(context, name, parent) from None
        if unfinished:
            self._wake(resource.id)
        return resource

    def find(self, context: Context, name: str, parent: str = "") -> Resource | None:
        with self._store.read() as connection:
            rows = connection.execute(
                select(table).where(*self._place(context, parent), table.c.lookup == self.kind.lookup(name))
            )
            row = rows.mappings().one_or_none()
        return as_resource(row) if row else None

    def get(self, context: Context, name: str, parent: str = "") -> Resource:
        """Refused with the kind's own error where there is none."""
        resource = self.find(context, name, parent)
        if resource is None:
            raise self.kind.missing_error(context, name, parent)
        return resource

    def exists(self, context: Context, name: str, parent: str = "") -> bool:
        return self.find(context, name, parent) is not None

    def by_arn(self, arn: str) -> Resource | None:
        found = resource_by_arn(self._store, arn)
        return found if found and found.kind == self.kind.key else None

    @contextmanager
    def change(self, context: Context, name: str, parent: str = "") -> Iterator[Resource]:
        """Read, change and save in one transaction: `with jobs.change(context, name) as job: ...`."""
        with self._store.write():
            resource = self.get(context, name, parent)
            yield resource
            self.save(resource)

    @contextmanager
    def change_id(self, resource_id: int) -> Iterator[Resource]:
        """The same by id, for controllers; LookupError where it has been deleted meanwhile."""
        with self._store.write():
            resource = resource_by_id(self._store, resource_id)
            if resource is None:
                raise LookupError(resource_id)
            yield resource
            self.save(resource)

    def save(self, resource: Resource) -> None:
        """Write a resource back; status and times follow its document.

        Wakes its controller while it is unfinished, and its owner where the status is a new one.
        """
        kind, old_status = self.kind, resource.status
        resource.modified = clock.now()
        if kind.modified_member:
            resource.document[kind.modified_member] = resource.modified
        resource.status = resource.document.get(kind.status_member, resource.status)
        with self._store.write() as connection:
            connection.execute(update(table).where(table.c.id == resource.id).values(**_changeable(resource)))
            if resource.unfinished:
                self._wake(resource.id)
            if resource.owner and resource.status != old_status:
                self._wake(resource.owner)

    def keep(self, resource: Resource) -> None:
        """Write only `private` and `unfinished` back, from the resource's own controller: nobody is woken."""
        with self._store.write() as connection:
            values = {"private": dumps(resource.private), "unfinished": resource.unfinished}
            connection.execute(update(table).where(table.c.id == resource.id).values(**values))

    def delete(self, resource: Resource) -> None:
        with self._store.write() as connection:
            connection.execute(delete(table).where(table.c.id == resource.id))

    def owned_by(self, owner: int) -> list[Resource]:
        """The resources of this kind that an execution made, oldest first."""
        query = select(table).where(table.c.owner == owner, table.c.kind == self.kind.key).order_by(table.c.id)
        with self._store.read() as connection:
            return [as_resource(row) for row in connection.execute(query).mappings()]

    def all(self, context: Context, parent: str | None = "", *where: ColumnElement[bool]) -> Iterator[Resource]:
        """Every resource of the account and region, oldest first (`parent=None`: of every parent)."""
        place = self._place(context, parent)
        yield from rows_in_batches(self._store, [*place, *where])

    def page(self, context: Context, request: Shape, parent: str | None = "") -> Shape:
        """The answer of a List operation by the kind's `listing`: documents under its result member, and NextToken."""
        from brickline.baseplate.listing import list_page

        place = self._place(context, parent)
        found, token = list_page(self._store, self.kind, place, request, is_of_one_parent=parent is not None)
        assert self.kind.listing is not None
        answer: Shape = {self.kind.listing.result: [resource.document for resource in found]}
        if token:
            answer[self.kind.listing.token] = token
        return answer

    def _place(self, context: Context, parent: str | None) -> list[ColumnElement[bool]]:
        place = [
            table.c.account == self.kind.account_of(context),
            table.c.region == self.kind.region_of(context),
            table.c.kind == self.kind.key,
        ]
        return place if parent is None else [*place, table.c.parent == parent]

    def _wake(self, resource_id: int) -> None:
        self._store.after_commit(lambda: self._baseplate.controllers.wake(resource_id))


def resource_by_id(store: Store, resource_id: int) -> Resource | None:
    return _one(store, table.c.id == resource_id)


def resource_by_arn(store: Store, arn: str) -> Resource | None:
    """ARNs are compared without case: AWS has shown names lower-cased in ARNs, and clients cut names out of them."""
    return _one(store, table.c.arn_lookup == arn.lower())


def set_tags(store: Store, resource: Resource, tags: dict[str, str]) -> None:
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == resource.id).values(tags=dumps(tags)))


def rows_in_batches(store: Store, where: list[ColumnElement[bool]], size: int = 500) -> Iterator[Resource]:
    """Resources in the order of their ids, a batch in memory at a time."""
    last = 0
    while True:
        query = select(table).where(and_(*where), table.c.id > last).order_by(table.c.id).limit(size)
        with store.read() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield as_resource(row)
        if len(rows) < size:
            return
        last = rows[-1]["id"]


def as_resource(row: RowMapping) -> Resource:
    fields: dict[str, Any] = {key: value for key, value in row.items() if key not in ("lookup", "arn_lookup")}
    for member in ("document", "private", "tags"):
        fields[member] = json.loads(fields[member])
    return Resource(**fields)


def _one(store: Store, condition: ColumnElement[bool]) -> Resource | None:
    with store.read() as connection:
        row = connection.execute(select(table).where(condition).limit(1)).mappings().one_or_none()
    return as_resource(row) if row else None


def _values(resource: Resource) -> dict[str, Any]:
    values = {key: value for key, value in vars(resource).items() if key != "id"} | {"arn_lookup": resource.arn.lower()}
    for member in ("document", "private", "tags"):
        values[member] = dumps(values[member])
    return values


def _changeable(resource: Resource) -> dict[str, Any]:
    """Without what never changes: the database would write its indexes anew."""
    fixed = ("account", "region", "kind", "parent", "name", "created", "owner", "cause", "principal")
    return {key: value for key, value in _values(resource).items() if key not in fixed}
