"""Model package groups: each holds the versions of one model."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.names import name_of, user_context
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tags import requested_tags, without_tags


class ModelPackageGroups:
    """Create, describe, list and delete groups; their resource policies."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._groups = Resources(baseplate, kinds.MODEL_PACKAGE_GROUP)
        self._packages = Resources(baseplate, kinds.MODEL_PACKAGE)
        self._store = baseplate.store

    def create_model_package_group(self, context: Context, request: Shape) -> Shape:
        document = {
            **without_tags(request),
            "CreatedBy": user_context(context),
            "ModelPackageGroupStatus": "Completed",
        }
        group = self._groups.create(context, request["ModelPackageGroupName"], document, tags=requested_tags(request))
        return {"ModelPackageGroupArn": group.arn}

    def describe_model_package_group(self, context: Context, request: Shape) -> Shape:
        return self._groups.get(context, name_of(request["ModelPackageGroupName"])).document

    def list_model_package_groups(self, context: Context, request: Shape) -> Shape:
        return self._groups.page(context, request)

    def delete_model_package_group(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            group = self._groups.get(context, name_of(request["ModelPackageGroupName"]))
            if next(self._packages.all(context, group.name), None) is not None:
                raise Refused(
                    "ConflictException",
                    f"ModelPackageGroup {group.arn} still has model packages; delete them before the group",
                )
            self._groups.delete(group)
        return {}

    def put_model_package_group_policy(self, context: Context, request: Shape) -> Shape:
        try:
            json.loads(request["ResourcePolicy"])
        except ValueError as error:
            raise invalid(f"ResourcePolicy: not a JSON document ({error})") from None
        with self._groups.change(context, request["ModelPackageGroupName"]) as group:
            group.private["policy"] = request["ResourcePolicy"]
        return {"ModelPackageGroupArn": group.arn}

    def get_model_package_group_policy(self, context: Context, request: Shape) -> Shape:
        group = self._groups.get(context, request["ModelPackageGroupName"])
        if "policy" not in group.private:
            raise invalid(f"Cannot find resource policy for: {group.arn}")
        return {"ResourcePolicy": group.private["policy"]}

    def delete_model_package_group_policy(self, context: Context, request: Shape) -> Shape:
        with self._groups.change(context, request["ModelPackageGroupName"]) as group:
            group.private.pop("policy", None)
        return {}
