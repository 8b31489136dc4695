"""From an endpoint config to a fleet: variants with their models' containers, and what an update retains."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.config_checks import initial_weight
from brickline.bricks.sagemaker.endpoints.fleets import Fleet, Variant
from brickline.bricks.sagemaker.model_containers import resolved_containers
from brickline.bricks.sagemaker.refusals import invalid
from brickline.images.environments import Environments
from brickline.images.resolve import UnknownImage

RETAINABLE = ("DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig")


class Planning:
    """Makes fleets of endpoint configs."""

    def __init__(self, baseplate: Baseplate, environments: Environments) -> None:
        self._environments = environments
        self._configs = Resources(baseplate, kinds.ENDPOINT_CONFIG)
        self._models = Resources(baseplate, kinds.MODEL)
        self._packages = Resources(baseplate, kinds.MODEL_PACKAGE)

    def fleet(self, context: Context, config_name: str) -> Fleet:
        """Refused where the config, one of its models, or a model's package or image is not there."""
        config = self._configs.get(context, config_name)
        variants = [self._variant(context, one) for one in config.document["ProductionVariants"]]
        capture = _enabled(config.document.get("DataCaptureConfig"))
        return Fleet(config.name, variants, capture, since=clock.now())

    def _variant(self, context: Context, production: Shape) -> Variant:
        model = self._models.get(context, production["ModelName"])
        document = {**model.document, "Containers": self._containers(context, model)}
        document.pop("PrimaryContainer", None)
        return Variant(
            name=production["VariantName"],
            production=production,
            model=document,
            weight=initial_weight(production),
            count=production["InitialInstanceCount"],
        )

    def _containers(self, context: Context, model: Resource) -> list[Shape]:
        containers = resolved_containers(context, self._packages, model.document)
        for container in containers:
            if container.get("Mode") == "MultiModel":
                raise invalid(f"model {model.name}: containers of Mode MultiModel are not there; use SingleModel")
            try:
                self._environments.resolve(container["Image"])
            except UnknownImage as error:
                raise invalid(f"model {model.name}: {error}") from None
        return containers


def retain(new: Fleet, old: Fleet, excluded: Collection[str]) -> None:
    """RetainAllVariantProperties: variants of one name keep their weight and count, the endpoint its data capture."""
    known: Mapping[str, Variant] = {variant.name: variant for variant in old.variants}
    for variant in new.variants:
        if before := known.get(variant.name):
            if "DesiredWeight" not in excluded:
                variant.weight = before.weight
            if "DesiredInstanceCount" not in excluded:
                variant.count = before.count
    if "DataCaptureConfig" not in excluded:
        new.capture = old.capture


def _enabled(capture: Shape | None) -> Shape | None:
    return capture if capture and capture.get("EnableCapture", True) else None
