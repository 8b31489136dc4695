"""Layers: packages that functions share, unpacked below /opt."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.awslambda.downloads import Downloads
from brickline.bricks.awslambda.kinds import LAYER_VERSION
from brickline.bricks.awslambda.packages import Packages
from brickline.bricks.awslambda.refusals import invalid, not_found

_MOST_LAYERS = 5
_ASKED = ("CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")


class Layers:
    """Publish, get, list, delete. Version numbers are not used again after a deletion."""

    def __init__(self, baseplate: Baseplate, packages: Packages) -> None:
        self._store = baseplate.store
        self._versions = Resources(baseplate, LAYER_VERSION)
        self._packages = packages
        self._downloads = Downloads(baseplate, packages)

    def publish_layer_version(self, context: Context, request: Shape) -> Shape:
        name = _layer_name(request["LayerName"])
        package = self._packages.take(context, request["Content"])
        with self._store.write():
            number = max((int(version.name) for version in self._all(context, name)), default=0) + 1
            document: Shape = {
                "LayerArn": context.arn("lambda", f"layer:{name}"),
                "Description": request.get("Description", ""),
                "CreatedDate": f"{clock.iso(clock.now())[:-1]}.000+0000",
                "Version": number,
                "CodeSize": package.size,
                "CodeSha256": package.code_sha256,
                **{member: request[member] for member in _ASKED if member in request},
            }
            private = {"package": package.digest, "deleted": False}
            version = self._versions.create(context, str(number), document, parent=name, private=private)
        return self._described(context, version)

    def get_layer_version(self, context: Context, request: Shape) -> Shape:
        return self._described(context, self._get(context, request))

    def get_layer_version_by_arn(self, context: Context, request: Shape) -> Shape:
        return self._described(context, self._by_arn(request["Arn"]))

    def list_layer_versions(self, context: Context, request: Shape) -> Shape:
        versions = self._all(context, _layer_name(request["LayerName"]))
        return {"LayerVersions": [one.document for one in reversed(versions) if not one.private["deleted"]]}

    def list_layers(self, context: Context, request: Shape) -> Shape:  # noqa: ARG002
        latest = {one.parent: one for one in self._versions.all(context, None) if not one.private["deleted"]}
        return {
            "Layers": [
                {"LayerName": name, "LayerArn": one.document["LayerArn"], "LatestMatchingVersion": one.document}
                for name, one in sorted(latest.items())
            ]
        }

    def delete_layer_version(self, context: Context, request: Shape) -> Shape:
        """Functions that have the version keep it: API_DeleteLayerVersion."""
        with self._versions.change_id(self._get(context, request).id) as version:
            version.private["deleted"] = True
        return {}

    def _all(self, context: Context, name: str) -> list[Resource]:
        return list(self._versions.all(context, name))

    def _get(self, context: Context, request: Shape) -> Resource:
        name = _layer_name(request["LayerName"])
        version = self._versions.get(context, str(request["VersionNumber"]), parent=name)
        return self._by_arn(version.arn)

    def _by_arn(self, arn: str) -> Resource:
        version = self._versions.by_arn(arn)
        if version is None or version.private["deleted"]:
            raise not_found(f"The resource you requested does not exist. (layer version {arn})")
        return version

    def _described(self, context: Context, version: Resource) -> Shape:
        content = {
            "Location": self._downloads.location(context, version.private["package"]),
            "CodeSha256": version.document["CodeSha256"],
            "CodeSize": version.document["CodeSize"],
        }
        return {**version.document, "Content": content}


def chosen_layers(baseplate: Baseplate, arns: Sequence[str]) -> list[tuple[Shape, str]]:
    """For each layer version its entry in a function's configuration, and its package. Refused where one is missing."""
    if len(arns) > _MOST_LAYERS:
        raise invalid(f"Layers: {len(arns)} are too many; a function has {_MOST_LAYERS} at the most")
    versions = Resources(baseplate, LAYER_VERSION)
    found = []
    for arn in arns:
        version = versions.by_arn(arn)
        if version is None or version.private["deleted"]:
            raise invalid(f"Layer version {arn} does not exist.")
        entry = {"Arn": version.arn, "CodeSize": version.document["CodeSize"]}
        found.append((entry, str(version.private["package"])))
    return found


def _layer_name(text: str) -> str:
    """A layer's name, given by name or ARN."""
    return text.split(":layer:", 1)[-1]
