"""What DescribeEndpoint shows of an endpoint's fleets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.endpoints.fleets import Deployment, Fleet, Fleets, Variant
from brickline.bricks.sagemaker.endpoints.transitions import Observed

_VARIANT_STATUS = {
    "Provisioning": ("Creating", "Starting instances."),
    "Baking": ("Baking", "Traffic is shifted; watching the new instances."),
    "Terminating": ("Baking", "All traffic is shifted; the old instances are about to end."),
}


def describe(document: Shape, fleets: Fleets, observed: Mapping[int, Observed]) -> None:
    """Write the members that follow from the fleets into the endpoint's document."""
    if not fleets.fleets:
        return
    deployment, current = fleets.deployment, fleets.current
    desired = (deployment.desired if deployment else None) or {}
    document["ProductionVariants"] = [
        _variant(variant, desired.get(variant.name), observed, current.since) for variant in current.variants
    ]
    _set_or_drop(document, "DataCaptureConfig", _capture(current))
    pending = _pending(document, deployment, fleets.new, observed) if deployment else None
    _set_or_drop(document, "PendingDeploymentSummary", pending)


def _variant(variant: Variant, desired: Shape | None, observed: Mapping[int, Observed], since: float) -> Shape:
    summary = {
        "VariantName": variant.name,
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": since} for image in _images(variant)
        ],
        "CurrentWeight": variant.weight,
        "DesiredWeight": desired["weight"] if desired else variant.weight,
        "CurrentInstanceCount": _ready(variant, observed),
        "DesiredInstanceCount": desired["count"] if desired else variant.count,
    }
    if routing := variant.production.get("RoutingConfig"):
        summary["RoutingConfig"] = routing
    return summary


def _pending(document: Shape, deployment: Deployment, new: Fleet, observed: Mapping[int, Observed]) -> Shape | None:
    """Only while a new endpoint config is deployed."""
    if deployment.desired is not None or document["EndpointStatus"] not in ("Creating", "Updating"):
        return None
    status, message = _VARIANT_STATUS[deployment.stage]
    state = [{"Status": status, "StatusMessage": message, "StartTime": deployment.stage_began}]
    variants = [
        {
            **_variant(variant, None, observed, new.since),
            "InstanceType": variant.production["InstanceType"],
            "VariantStatus": state,
        }
        for variant in new.variants
    ]
    return {"EndpointConfigName": new.config, "ProductionVariants": variants, "StartTime": deployment.started}


def _capture(fleet: Fleet) -> Shape | None:
    if not fleet.capture:
        return None
    summary = {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": fleet.capture["InitialSamplingPercentage"],
        "DestinationS3Uri": fleet.capture["DestinationS3Uri"],
    }
    # The member is required in answers, and empty where no key was given.
    return {**summary, "KmsKeyId": fleet.capture.get("KmsKeyId", "")}


def _images(variant: Variant) -> list[str]:
    return [container["Image"] for container in variant.containers]


def _ready(variant: Variant, observed: Mapping[int, Observed]) -> int:
    found = (observed.get(instance.number) for instance in variant.instances)
    return sum(1 for one in found if one and one.state == "ready")


def _set_or_drop(document: Shape, member: str, value: Any) -> None:
    if value is None:
        document.pop(member, None)
    else:
        document[member] = value
