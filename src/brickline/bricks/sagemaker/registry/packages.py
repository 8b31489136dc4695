"""Model packages: versions of a group, or single ones."""

from __future__ import annotations

from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.events import emit_package_change
from brickline.bricks.sagemaker.lineage.tracking import LineageOfPackages
from brickline.bricks.sagemaker.names import name_of, user_context
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.registry.lookup import find_package
from brickline.bricks.sagemaker.registry.specification import resolved_specification
from brickline.bricks.sagemaker.tags import requested_tags, without_tags

_REPLACED = (
    "ModelApprovalStatus",
    "ApprovalDescription",
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
)
"""Members that UpdateModelPackage replaces; everything else about a package never changes."""

MOST_PROPERTIES = 50


class ModelPackages:
    """Create, describe, list, update and delete model packages."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._baseplate = baseplate
        self._packages = Resources(baseplate, kinds.MODEL_PACKAGE)
        self._groups = Resources(baseplate, kinds.MODEL_PACKAGE_GROUP)
        self._lineage = LineageOfPackages(baseplate)

    def create_model_package(self, context: Context, request: Shape) -> Shape:
        if bool(request.get("ModelPackageName")) == bool(request.get("ModelPackageGroupName")):
            raise invalid(
                "ModelPackageName, ModelPackageGroupName: exactly one of the two is needed; "
                "a group for a versioned package, a name for an unversioned one"
            )
        _check_properties(request.get("CustomerMetadataProperties", {}))
        request = resolved_specification(context, self._packages, request)
        return self._baseplate.once(
            context, "CreateModelPackage", request.get("ClientToken"), lambda: self._create(context, request)
        )

    def describe_model_package(self, context: Context, request: Shape) -> Shape:
        document = self._get(context, request["ModelPackageName"]).document
        if request.get("IncludedData") == "MetadataOnly" and "ModelCard" in document:
            card = {member: value for member, value in document["ModelCard"].items() if member != "ModelCardContent"}
            return {**document, "ModelCard": {**card, "ModelCardContent": "{}"}}
        return document

    def batch_describe_model_package(self, context: Context, request: Shape) -> Shape:
        found: Shape = {}
        errors: Shape = {}
        for arn in request["ModelPackageArnList"]:
            try:
                found[arn] = self._get(context, arn).document
            except Refused as error:
                errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
        return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": errors}

    def list_model_packages(self, context: Context, request: Shape) -> Shape:
        if group := request.get("ModelPackageGroupName"):
            parent = self._groups.get(context, name_of(group)).name
            # Within a group the names differ by version only: their order is that of creation.
            return self._packages.page(context, {**request, "SortBy": "CreationTime"}, parent)
        kind = request.get("ModelPackageType", "Unversioned")
        return self._packages.page(context, request, "" if kind == "Unversioned" else None)

    def update_model_package(self, context: Context, request: Shape) -> Shape:
        with self._baseplate.store.write():
            package = self._get(context, request["ModelPackageArn"])
            before = dict(package.document)
            _update(package.document, resolved_specification(context, self._packages, request))
            updated = [member for member, value in package.document.items() if before.get(member) != value]
            package.document["LastModifiedBy"] = user_context(context)
            self._packages.save(package)
            emit_package_change(context, package, updated)
            if "ModelApprovalStatus" in updated:
                self._lineage.approved(context, package)
        return {"ModelPackageArn": package.arn}

    def delete_model_package(self, context: Context, request: Shape) -> Shape:
        with self._baseplate.store.write():
            package = self._get(context, request["ModelPackageName"])
            self._packages.delete(package)
            package.document["ModelPackageStatus"] = "Deleting"
            emit_package_change(context, package, ["ModelPackageStatus"])
        return {}

    def _create(self, context: Context, request: Shape) -> Shape:
        with self._baseplate.store.write():
            document = {
                "ModelPackageStatus": "Completed",
                "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
                "CreatedBy": user_context(context),
                **without_tags(request),
            }
            if group := request.get("ModelPackageGroupName"):
                package = self._create_version(context, name_of(group), document, request)
            else:
                package = self._packages.create(
                    context, request["ModelPackageName"], document, tags=requested_tags(request)
                )
            emit_package_change(context, package, [])
            self._lineage.created(context, package)
        return {"ModelPackageArn": package.arn}

    def _create_version(self, context: Context, group_name: str, document: Shape, request: Shape) -> Resource:
        """The group counts its versions, so that a deleted one's number is never given again."""
        with self._groups.change(context, group_name) as group:
            version = group.private["last_version"] = group.private.get("last_version", 0) + 1
        versioned = {
            "ModelApprovalStatus": "PendingManualApproval",
            **document,
            "ModelPackageGroupName": group.name,
            "ModelPackageVersion": version,
        }
        tags = requested_tags(request)
        # `group/3` is the ModelPackageName: what the third SDK generation lists, it describes by that.
        return self._packages.create(context, f"{group.name}/{version}", versioned, parent=group.name, tags=tags)

    def _get(self, context: Context, name_or_arn: str) -> Resource:
        package = find_package(context, self._packages, name_or_arn)
        if package is None:
            raise kinds.MODEL_PACKAGE.missing_error(context, name_of(name_or_arn))
        return package


def _update(document: Shape, request: Shape) -> None:
    document |= {member: request[member] for member in _REPLACED if member in request}
    if added := request.get("AdditionalInferenceSpecificationsToAdd"):
        document["AdditionalInferenceSpecifications"] = [*document.get("AdditionalInferenceSpecifications", ()), *added]
    if "CustomerMetadataProperties" in request or "CustomerMetadataPropertiesToRemove" in request:
        document["CustomerMetadataProperties"] = _properties(document, request)


def _properties(document: Shape, request: Shape) -> dict[str, Any]:
    removed = request.get("CustomerMetadataPropertiesToRemove", ())
    old = document.get("CustomerMetadataProperties", {})
    kept = {key: value for key, value in old.items() if key not in removed}
    return _check_properties({**kept, **request.get("CustomerMetadataProperties", {})})


def _check_properties(properties: dict[str, Any]) -> dict[str, Any]:
    if len(properties) > MOST_PROPERTIES:
        raise invalid(f"CustomerMetadataProperties: {len(properties)} properties, {MOST_PROPERTIES} are the most")
    return properties
