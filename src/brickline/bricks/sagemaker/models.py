"""Models: an image and its artifacts, under a name. (A model's containers are run by endpoints and transform jobs.)"""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.events import emit_state_change
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.registry.lookup import find_package
from brickline.bricks.sagemaker.roles import check_role
from brickline.bricks.sagemaker.s3_uris import check_object
from brickline.bricks.sagemaker.tags import requested_tags, without_tags


class Models:
    """CreateModel, DescribeModel, ListModels, DeleteModel."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._models = Resources(baseplate, kinds.MODEL)
        self._packages = Resources(baseplate, kinds.MODEL_PACKAGE)

    def create_model(self, context: Context, request: Shape) -> Shape:
        name, containers = request["ModelName"], _containers(request)
        if self._models.exists(context, name):
            raise kinds.MODEL.taken_error(context, name)
        if role := request.get("ExecutionRoleArn"):
            check_role(context, "ExecutionRoleArn", role)
        for path, container in containers:
            self._check_container(context, path, container)
        with self._store.write():
            model = self._models.create(context, name, without_tags(request), tags=requested_tags(request))
            emit_state_change(context, "Model", model)
        return {"ModelArn": model.arn}

    def describe_model(self, context: Context, request: Shape) -> Shape:
        return self._models.get(context, request["ModelName"]).document

    def list_models(self, context: Context, request: Shape) -> Shape:
        return self._models.page(context, request)

    def delete_model(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            model = self._models.get(context, request["ModelName"])
            self._models.delete(model)
            emit_state_change(context, "Model", model)
        return {}

    def _check_container(self, context: Context, path: str, container: Shape) -> None:
        if package := container.get("ModelPackageName"):
            _check_package(path, container, self._package(context, path, package))
        elif not container.get("Image"):
            raise invalid(f"{path}: neither Image nor ModelPackageName is given; a container needs one of them")
        elif container.get("Mode") != "MultiModel" and (url := container.get("ModelDataUrl")):
            check_object(context, f"{path}.ModelDataUrl", url)

    def _package(self, context: Context, path: str, name_or_arn: str) -> Resource:
        found = find_package(context, self._packages, name_or_arn)
        if found is None:
            raise invalid(f"{path}.ModelPackageName: ModelPackage {name_or_arn} does not exist.")
        return found


def _containers(request: Shape) -> list[tuple[str, Shape]]:
    """Every container with the path of its member; exactly one of PrimaryContainer and Containers has to be there."""
    primary, several = request.get("PrimaryContainer"), request.get("Containers")
    if bool(primary) == bool(several):
        given = "both are" if primary else "none is"
        raise invalid(f"PrimaryContainer, Containers: {given} given; a model needs one of the two")
    if primary:
        return [("PrimaryContainer", primary)]
    return [(f"Containers[{index}]", container) for index, container in enumerate(several or ())]


def _check_package(path: str, container: Shape, package: Resource) -> None:
    if "Image" in container or "ModelDataUrl" in container:
        raise invalid(f"{path}: ModelPackageName stands alone; Image and ModelDataUrl come from the package")
    approval = package.document.get("ModelApprovalStatus")
    if "ModelPackageVersion" in package.document and approval != "Approved":
        raise invalid(f"{path}.ModelPackageName: {package.arn} is {approval}; only an Approved version can be deployed")
    if package.status != "Completed":
        raise Refused("ValidationException", f"{path}.ModelPackageName: {package.arn} is {package.status}")
