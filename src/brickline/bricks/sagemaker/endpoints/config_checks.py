"""What an endpoint config has to fulfil that the service's model cannot say."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate.brick import Context, Shape
from brickline.bricks.sagemaker.jobs.checks import check_unique
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.s3_uris import check_bucket

_NOT_THERE = {
    "AsyncInferenceConfig": "asynchronous endpoints",
    "ExplainerConfig": "explanations",
    "ShadowProductionVariants": "shadow variants",
    "CrossRegionTrafficConfig": "traffic to other regions",
}
_NOT_THERE_IN_VARIANTS = {
    "ServerlessConfig": "serverless endpoints",
    "ManagedInstanceScaling": "automatic scaling",
    "InstancePools": "instance pools",
    "CapacityReservationConfig": "capacity reservations",
}


def check_config(context: Context, request: Shape) -> None:
    """A CreateEndpointConfig request, but for its models."""
    _check_absent("", request, _NOT_THERE)
    variants = request["ProductionVariants"]
    check_unique("ProductionVariants", (variant["VariantName"] for variant in variants))
    for index, variant in enumerate(variants):
        _check_variant(f"ProductionVariants[{index}]", variant)
    check_weights("ProductionVariants", [initial_weight(variant) for variant in variants])
    if capture := request.get("DataCaptureConfig"):
        check_bucket(context, "DataCaptureConfig.DestinationS3Uri", capture["DestinationS3Uri"])


def check_weights(member: str, weights: Sequence[float]) -> None:
    """Traffic is shared by weight / sum of weights, so not all of them can be 0."""
    if sum(weights) <= 0:
        raise invalid(f"{member}: the weights of all variants are 0; at least one has to be greater than 0")


def initial_weight(variant: Shape) -> float:
    return float(variant.get("InitialVariantWeight", 1.0))


def _check_variant(path: str, variant: Shape) -> None:
    _check_absent(f"{path}.", variant, _NOT_THERE_IN_VARIANTS)
    if "ModelName" not in variant:
        raise invalid(f"{path}.ModelName: it is needed; inference components, which go without, are not there")
    for member in ("InstanceType", "InitialInstanceCount"):
        if member not in variant:
            raise invalid(f"{path}.{member}: it is needed for a variant that runs on instances")


def _check_absent(path: str, shape: Shape, names: dict[str, str]) -> None:
    for member, what in names.items():
        if member in shape:
            raise invalid(f"{path}{member}: {what} are not there; leave it out for a real-time endpoint")
