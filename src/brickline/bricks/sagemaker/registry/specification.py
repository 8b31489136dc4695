"""What a model package is made of: its inference specification, checked against S3 and completed."""

from __future__ import annotations

from copy import deepcopy

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.registry.lookup import find_package
from brickline.bricks.sagemaker.s3_uris import check_object


def resolved_specification(context: Context, packages: Resources, request: Shape) -> Shape:
    """The CreateModelPackage request with its inference specification checked, and made from SourceUri where given."""
    request = deepcopy(request)  # it is completed here, and is the caller's
    if source := request.get("SourceUri"):
        request = _from_source(context, packages, request, source)
    specifications = [request.get("InferenceSpecification", {}), *request.get("AdditionalInferenceSpecifications", ())]
    for specification in specifications:
        for index, container in enumerate(specification.get("Containers", ())):
            check_model_data(context, f"InferenceSpecification.Containers[{index}]", container)
    for index, algorithm in enumerate(request.get("SourceAlgorithmSpecification", {}).get("SourceAlgorithms", ())):
        check_model_data(context, f"SourceAlgorithmSpecification.SourceAlgorithms[{index}]", algorithm)
    return request


def check_model_data(context: Context, path: str, container: Shape) -> None:
    """A container's artifacts have to be there. Completes `ModelDataETag`, as the service does."""
    if (url := container.get("ModelDataUrl")) and (tag := check_object(context, f"{path}.ModelDataUrl", url)):
        container["ModelDataETag"] = tag
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source:
        check_object(context, f"{path}.ModelDataSource.S3DataSource.S3Uri", source["S3Uri"])


def _from_source(context: Context, packages: Resources, request: Shape, source: str) -> Shape:
    """SourceUri names a model package, whose specification is taken, or an object in S3, which is the model's data."""
    if source.startswith("s3://"):
        check_object(context, "SourceUri", source)
        return request
    package = find_package(context, packages, source)
    if package is None:
        raise invalid(f"SourceUri: {source} is neither an S3 URI nor the ARN of a model package that is there")
    return {"InferenceSpecification": package.document.get("InferenceSpecification"), **request}
