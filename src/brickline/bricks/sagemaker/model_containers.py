"""A model's containers, with what model packages say about theirs filled in."""

from __future__ import annotations

from collections.abc import Iterator

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.registry.lookup import find_package


def resolved_containers(context: Context, packages: Resources, model: Shape) -> list[Shape]:
    """The containers that an instance of the model runs, in the order of the pipeline.

    Refused where a package is not there any more.
    """
    given = [model["PrimaryContainer"]] if "PrimaryContainer" in model else model["Containers"]
    return [resolved for container in given for resolved in _resolved(context, packages, container)]


def _resolved(context: Context, packages: Resources, container: Shape) -> Iterator[Shape]:
    """The container itself, or those of its model package; its own members and variables go before the package's."""
    name = container.get("ModelPackageName")
    if not name:
        yield container
        return
    package = find_package(context, packages, name)
    if package is None:
        raise invalid(f"ModelPackageName: ModelPackage {name} does not exist.")
    for packaged in package.document.get("InferenceSpecification", {}).get("Containers", ()):
        variables = {**packaged.get("Environment", {}), **container.get("Environment", {})}
        yield {**packaged, **container, "Environment": variables}
