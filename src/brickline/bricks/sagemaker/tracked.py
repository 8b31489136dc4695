"""Experiment and lineage entities: resources that say who made and changed them, and whose maps are merged."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Kind, Resource
from brickline.baseplate.naming import is_arn
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker.names import user_context
from brickline.bricks.sagemaker.tags import requested_tags, without_tags


class Tracked:
    """The entities of one kind."""

    def __init__(self, baseplate: Baseplate, kind: Kind) -> None:
        self.resources = Resources(baseplate, kind)
        self._kind = kind

    def create(self, context: Context, name: str, request: Shape, **private: Any) -> Resource:
        user = user_context(context)
        document = {**without_tags(request), "CreatedBy": user, "LastModifiedBy": user}
        return self.resources.create(context, name, document, private=private, tags=requested_tags(request))

    def get(self, context: Context, name_or_arn: str) -> Resource:
        """Refused as the kind says where it is not there."""
        if not is_arn(name_or_arn):
            return self.resources.get(context, name_or_arn)
        found = self.resources.by_arn(name_or_arn)
        if found is None or found.account != context.account:
            raise self._kind.missing_error(context, name_or_arn.rpartition("/")[2])
        return found

    def update(self, context: Context, name_or_arn: str, request: Shape, merged: Collection[str] = ()) -> Resource:
        """Replace the members that the request has; maps in `merged` are merged, and `<Map>ToRemove` taken out."""
        with self.resources.change(context, self.get(context, name_or_arn).name) as entity:
            for member in merged:
                _merge(entity.document, member, request)
            skipped = {*merged, *(f"{member}ToRemove" for member in merged), *self._identity}
            entity.document |= {member: value for member, value in request.items() if member not in skipped}
            entity.document["LastModifiedBy"] = user_context(context)
        return entity

    def delete(self, context: Context, name_or_arn: str) -> Resource:
        entity = self.get(context, name_or_arn)
        self.resources.delete(entity)
        return entity

    @property
    def _identity(self) -> tuple[str, str]:
        return self._kind.name_member, self._kind.arn_member


def _merge(document: Shape, member: str, request: Shape) -> None:
    changed = {**document.get(member, {}), **request.get(member, {})}
    removed = request.get(f"{member}ToRemove", ())
    if changed or member in document:
        document[member] = {key: value for key, value in changed.items() if key not in removed}
