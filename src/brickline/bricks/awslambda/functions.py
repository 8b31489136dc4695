"""Functions: create, get, list, update, delete; reserved concurrency."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.awslambda.configuration import (
    changed_configuration,
    new_configuration,
    package_members,
    revised,
)
from brickline.bricks.awslambda.downloads import Downloads
from brickline.bricks.awslambda.layers import chosen_layers
from brickline.bricks.awslambda.lookup import Lookup, shown
from brickline.bricks.awslambda.names import parse_function
from brickline.bricks.awslambda.packages import Packages
from brickline.bricks.awslambda.refusals import invalid
from brickline.bricks.awslambda.versions import publish, versions_of

_OTHER_REVISION = (
    "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve "
    "the latest RevisionId"
)


class Functions:
    """A function's `private` has what clients do not see:

    `package` and `layers` (digests), `versions` (how many were published), `reserved` (concurrency); and by the ARN
    with its qualifier, `policy` (id -> statement) and `event_config`.
    """

    def __init__(self, baseplate: Baseplate, lookup: Lookup, packages: Packages) -> None:
        self._store = baseplate.store
        self._lookup = lookup
        self._packages = packages
        self._baseplate = baseplate
        self._downloads = Downloads(baseplate, packages)

    def create_function(self, context: Context, request: Shape) -> Shape:
        name = parse_function(request["FunctionName"]).name
        _check_role(context, request["Role"])
        if self._lookup.functions.exists(context, name):
            raise self._lookup.functions.kind.taken_error(context, name)
        configuration = new_configuration({**request, "FunctionName": name})
        package = self._packages.take(context, request["Code"])
        layers = chosen_layers(self._baseplate, request.get("Layers", ()))
        document = {
            **configuration,
            **package_members(package),
            **_layer_members(layers),
            "State": "Pending",
            "StateReason": "The function is being created.",
            "StateReasonCode": "Creating",
        }
        private = {"package": package.digest, "layers": [digest for _, digest in layers], "versions": 0}
        with self._store.write():
            function = self._lookup.functions.create(
                context, name, document, private=private, tags=dict(request.get("Tags") or {}), unfinished=True
            )
            return publish(self._lookup, context, function) if request.get("Publish") else shown(function)

    def get_function(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        answer: Shape = {
            "Configuration": shown(target.version, target.arn),
            "Code": {
                "RepositoryType": "S3",
                "Location": self._downloads.location(context, target.version.private["package"]),
            },
        }
        if target.function.tags:
            answer["Tags"] = target.function.tags
        if target.function.private.get("reserved") is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": target.function.private["reserved"]}
        return answer

    def get_function_configuration(self, context: Context, request: Shape) -> Shape:
        target = self._lookup.target(context, request)
        return shown(target.version, target.arn)

    def list_functions(self, context: Context, request: Shape) -> Shape:
        paging: Shape = {member: request[member] for member in ("Marker", "MaxItems") if member in request}
        answer = self._lookup.functions.page(context, paging)
        functions = answer["Functions"]
        if request.get("FunctionVersion") == "ALL":
            functions = [each for one in functions for each in versions_of(self._lookup, context, one)]
        return {"Functions": functions, **({"NextMarker": answer["Marker"]} if "Marker" in answer else {})}

    def update_function_code(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        package = self._packages.take(context, request)
        if request.get("DryRun"):
            return {**shown(function), **package_members(package)}
        with self._changed(function, request) as changed:
            changed.document |= {**package_members(package), **revised()}
            changed.private["package"] = package.digest
        return publish(self._lookup, context, changed) if request.get("Publish") else shown(changed)

    def update_function_configuration(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        if "Role" in request:
            _check_role(context, request["Role"])
        with self._changed(function, request) as changed:
            changed.document = changed_configuration(changed.document, request)
            if "Layers" in request:
                layers = chosen_layers(self._baseplate, request["Layers"])
                changed.document |= _layer_members(layers)
                changed.private["layers"] = [digest for _, digest in layers]
        return shown(changed)

    def delete_function(self, context: Context, request: Shape) -> Shape:
        place, named = self._lookup.reference(context, request)
        with self._store.write():
            function = self._lookup.functions.get(place, named.name)
            if named.qualifier:
                self._delete_version(place, function, named.qualifier)
            else:
                for resources in (self._lookup.versions, self._lookup.aliases):
                    for resource in [*resources.all(place, function.name)]:
                        resources.delete(resource)
                self._lookup.functions.delete(function)
        return {"StatusCode": 204}

    def put_function_concurrency(self, context: Context, request: Shape) -> Shape:
        function = self._lookup.function(context, request)
        with self._lookup.functions.change_id(function.id) as changed:
            changed.private["reserved"] = request["ReservedConcurrentExecutions"]
        return {"ReservedConcurrentExecutions": request["ReservedConcurrentExecutions"]}

    def get_function_concurrency(self, context: Context, request: Shape) -> Shape:
        reserved = self._lookup.function(context, request).private.get("reserved")
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def delete_function_concurrency(self, context: Context, request: Shape) -> Shape:
        with self._lookup.functions.change_id(self._lookup.function(context, request).id) as changed:
            changed.private.pop("reserved", None)
        return {}

    @contextmanager
    def _changed(self, function: Resource, request: Shape) -> Iterator[Resource]:
        """The function as it is now, to change. Refused where the request is about an older revision."""
        with self._lookup.functions.change_id(function.id) as changed:
            if request.get("RevisionId") not in (None, changed.document["RevisionId"]):
                raise Refused("PreconditionFailedException", _OTHER_REVISION, 412, Type="User")
            yield changed
            changed.unfinished = True  # its controller sees to the environment, and to workers of the old revision

    def _delete_version(self, place: Context, function: Resource, qualifier: str) -> None:
        if not qualifier.isdigit():
            raise invalid(f"Qualifier: {qualifier} is not the number of a version; $LATEST goes with the function")
        for alias in self._lookup.aliases.all(place, function.name):
            if alias.document["FunctionVersion"] == qualifier:
                raise Refused(
                    "ResourceConflictException",
                    f"Version {qualifier} is in use by alias {alias.name}",
                    409,
                    Type="User",
                )
        self._lookup.versions.delete(self._lookup.versions.get(place, qualifier, parent=function.name))


def _check_role(context: Context, arn: str) -> None:
    """Refused where the role is not there: a function could not act as it."""
    try:
        context.call("iam", "GetRole", RoleName=arn.rsplit("/", 1)[-1])
    except Refused as refused:
        raise invalid(
            f"The role defined for the function cannot be assumed by Lambda. (Role: {arn}: {refused.message})"
        ) from None


def _layer_members(layers: list[tuple[Shape, str]]) -> Shape:
    return {"Layers": [layer for layer, _ in layers]}
