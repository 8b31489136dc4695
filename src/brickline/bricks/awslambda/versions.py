"""Versions: what a function was when it was published."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.awslambda.lookup import Lookup, shown
from brickline.bricks.awslambda.names import LATEST


class Versions:
    """PublishVersion and ListVersionsByFunction."""

    def __init__(self, baseplate: Baseplate, lookup: Lookup) -> None:
        self._store = baseplate.store
        self._lookup = lookup

    def publish_version(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            function = self._lookup.function(context, request)
            _check_unchanged(function, request)
            return publish(self._lookup, context, function, request.get("Description"))

    def list_versions_by_function(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        found = versions_of(self._lookup, context, function.document)
        start, size = int(request.get("Marker") or 0), request.get("MaxItems", 50)
        more = {"NextMarker": str(start + size)} if start + size < len(found) else {}
        return {"Versions": found[start : start + size], **more}


def publish(lookup: Lookup, context: Context, function: Resource, description: str | None = None) -> Shape:
    """A version of what $LATEST is; the last version again where nothing has changed since."""
    with lookup.functions.change_id(function.id) as changed:
        last = lookup.versions.find(context, str(changed.private["versions"]), parent=changed.name)
        if last and last.private["revision"] == changed.document["RevisionId"]:
            return shown(last)
        changed.private["versions"] += 1
        document = {**changed.document, "State": "Active"}
        for member in ("StateReason", "StateReasonCode"):
            document.pop(member, None)
        if description is not None:
            document["Description"] = description
        private = {member: changed.private[member] for member in ("package", "layers")}
        private["revision"] = changed.document["RevisionId"]
        number = str(changed.private["versions"])
        version = lookup.versions.create(context, number, document, parent=changed.name, private=private)
        version.document["FunctionName"] = changed.name
        lookup.versions.save(version)
    return shown(version)


def versions_of(lookup: Lookup, context: Context, function: Shape) -> list[Shape]:
    """$LATEST and every version, oldest first, as ListVersionsByFunction shows them."""
    latest = {**function, "FunctionArn": f"{function['FunctionArn']}:{LATEST}"}
    return [latest, *(version.document for version in lookup.versions.all(context, function["FunctionName"]))]


def _check_unchanged(function: Resource, request: Shape) -> None:
    for member in ("CodeSha256", "RevisionId"):
        if request.get(member) not in (None, function.document[member]):
            code, status = (
                ("InvalidParameterValueException", 400)
                if member == "CodeSha256"
                else (
                    "PreconditionFailedException",
                    412,
                )
            )
            raise Refused(
                code,
                f"{member}: {request[member]} is not the current one ({function.document[member]})",
                status,
                Type="User",
            )
