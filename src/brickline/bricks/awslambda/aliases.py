"""Aliases: names for versions, with weights where traffic is shared."""

from __future__ import annotations

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.awslambda.lookup import Lookup
from brickline.bricks.awslambda.names import LATEST

_MEMBERS = ("FunctionVersion", "Description", "RoutingConfig")


class Aliases:
    """Create, get, list, update, delete."""

    def __init__(self, baseplate: Baseplate, lookup: Lookup) -> None:
        self._store = baseplate.store
        self._lookup = lookup

    def create_alias(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            function = self._lookup.function(context, request)
            self._check_versions(context, function, request)
            document = {"Description": "", **_asked(request), "RevisionId": naming.unique_id()}
            return self._lookup.aliases.create(context, request["Name"], document, parent=function.name).document

    def get_alias(self, context: Context, request: Shape) -> Shape:
        return self._alias(context, request).document

    def list_aliases(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        wanted: Shape = {
            member: request[member] for member in ("Marker", "MaxItems", "FunctionVersion") if member in request
        }
        answer = self._lookup.aliases.page(context, wanted, parent=function.name)
        return {"Aliases": answer["Aliases"], **({"NextMarker": answer["Marker"]} if "Marker" in answer else {})}

    def update_alias(self, context: Context, request: Shape) -> Shape:
        with self._lookup.aliases.change_id(self._alias(context, request).id) as alias:
            if request.get("RevisionId") not in (None, alias.document["RevisionId"]):
                message = f"RevisionId: {request['RevisionId']} is not the current one"
                raise Refused("PreconditionFailedException", message, 412, Type="User")
            self._check_versions(context, self._lookup.function(context, request), request)
            alias.document |= {**_asked(request), "RevisionId": naming.unique_id()}
        return alias.document

    def delete_alias(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        if alias := self._lookup.aliases.find(context, request["Name"], parent=function.name):
            self._lookup.aliases.delete(alias)
        return {}

    def _alias(self, context: Context, request: Shape) -> Resource:
        function = self._lookup.function(context, request)
        return self._lookup.aliases.get(context, request["Name"], parent=function.name)

    def _check_versions(self, context: Context, function: Resource, request: Shape) -> None:
        weights = (request.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for version in filter(None, (request.get("FunctionVersion"), *weights)):
            if version != LATEST:
                self._lookup.versions.get(context, version, parent=function.name)


def _asked(request: Shape) -> Shape:
    return {member: request[member] for member in _MEMBERS if member in request}
