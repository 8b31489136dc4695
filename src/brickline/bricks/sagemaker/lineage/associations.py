"""Associations: the directed edges of lineage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.resources import Resources, resource_by_arn
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.names import user_context
from brickline.bricks.sagemaker.refusals import invalid

_LINEAGE_TYPES = {
    kinds.ARTIFACT.key: "Artifact",
    kinds.ACTION.key: "Action",
    kinds.CONTEXT.key: "Context",
    kinds.TRIAL_COMPONENT.key: "TrialComponent",
    kinds.EXPERIMENT.key: "Experiment",
    kinds.TRIAL.key: "Trial",
}
_EXACT = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")
_PAGE = 10


def lineage_type(entity: Resource) -> str:
    """`Artifact`, `Action`, `Context`, `TrialComponent`, as QueryLineage names it."""
    return _LINEAGE_TYPES[entity.kind]


def entity_type(entity: Resource) -> str:
    """What the entity's maker called it (`Model`, `DataSet`), or its lineage type."""
    document = entity.document
    return str(
        document.get("ArtifactType")
        or document.get("ActionType")
        or document.get("ContextType")
        or document.get("Source", {}).get("SourceType")
        or lineage_type(entity)
    )


def association_id(source_arn: str, destination_arn: str) -> str:
    return hashlib.sha256(f"{source_arn}\n{destination_arn}".lower().encode()).hexdigest()[:32]


class Associations:
    """AddAssociation, DeleteAssociation, ListAssociations."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._associations = Resources(baseplate, kinds.ASSOCIATION)

    def add_association(self, context: Context, request: Shape) -> Shape:
        source, destination = self._ends(context, request)
        if source.arn == destination.arn:
            raise invalid(f"SourceArn, DestinationArn: both are {source.arn}; an association joins two entities")
        with self._baseplate.store.write():
            self.join(context, source, destination, request.get("AssociationType", "AssociatedWith"))
        return {"SourceArn": source.arn, "DestinationArn": destination.arn}

    def delete_association(self, context: Context, request: Shape) -> Shape:
        source, destination = request["SourceArn"], request["DestinationArn"]
        found = self._associations.find(context, association_id(source, destination))
        if found is None:
            raise Refused("ResourceNotFound", f"There is no association from {source} to {destination}.")
        self._associations.delete(found)
        return {"SourceArn": source, "DestinationArn": destination}

    def list_associations(self, context: Context, request: Shape) -> Shape:
        found = [resource for resource in self._associations.all(context) if _matches(resource, request)]
        by = request.get("SortBy", "CreationTime")
        descending = request.get("SortOrder", "Descending") == "Descending"
        found.sort(key=_sort_key(by), reverse=descending)
        start = decode_token(request["NextToken"], 1)[0] if request.get("NextToken") else 0
        end = start + request.get("MaxResults", _PAGE)
        answer: Shape = {"AssociationSummaries": [resource.document for resource in found[start:end]]}
        return answer | ({"NextToken": encode_token([end])} if end < len(found) else {})

    def join(self, context: Context, source: Resource, destination: Resource, association_type: str) -> None:
        """Keep an edge; nothing happens where there is one between the two already."""
        name = association_id(source.arn, destination.arn)
        if self._associations.exists(context, name):
            return
        document = {
            "SourceArn": source.arn,
            "SourceType": entity_type(source),
            "SourceName": _name(source),
            "DestinationArn": destination.arn,
            "DestinationType": entity_type(destination),
            "DestinationName": _name(destination),
            "AssociationType": association_type,
            "CreatedBy": user_context(context),
        }
        self._associations.create(context, name, document)

    def _ends(self, context: Context, request: Shape) -> tuple[Resource, Resource]:
        source, destination = (self._entity(context, request[member]) for member in ("SourceArn", "DestinationArn"))
        return source, destination

    def _entity(self, context: Context, arn: str) -> Resource:
        found = resource_by_arn(self._baseplate.store, arn)
        if found is None or found.kind not in _LINEAGE_TYPES or found.account != context.account:
            raise Refused("ResourceNotFound", f"There is no artifact, action, context or trial component {arn}.")
        return found


def refuse_while_associated(baseplate: Baseplate, context: Context, entity: Resource) -> None:
    for association in Resources(baseplate, kinds.ASSOCIATION).all(context):
        if entity.arn in (association.document["SourceArn"], association.document["DestinationArn"]):
            raise invalid(f"{entity.arn} still has associations; delete them with DeleteAssociation first")


def _name(entity: Resource) -> str:
    return str(entity.document.get("ArtifactName") or entity.name)


def _matches(association: Resource, request: Shape) -> bool:
    document = association.document
    exact = all(document[member] == request[member] for member in _EXACT if member in request)
    after, before = request.get("CreatedAfter"), request.get("CreatedBefore")
    return exact and (after is None or association.created > after) and (before is None or association.created < before)


def _sort_key(member: str) -> Callable[[Resource], Any]:
    return lambda association: (association.document[member], association.id)
