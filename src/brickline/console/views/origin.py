"""Where a model package comes from: the execution that registered it, its jobs and data, and who or what began it."""

from __future__ import annotations

from collections.abc import Sequence

from brickline.baseplate.brick import Shape
from brickline.baseplate.why import Unknown, explain
from brickline.console.executions import parameters_of, steps_of
from brickline.console.views import comparison
from brickline.console.visit import Visit


def execution_of(package: Shape) -> str:
    """The ARN of the pipeline's execution that registered the package; "" where none did."""
    arn: str = package.get("MetadataProperties", {}).get("GeneratedBy", "")
    return arn if ":pipeline/" in arn and "/execution/" in arn else ""


def lineage(visit: Visit, package: Shape) -> Shape:
    """`back`: from the package to its beginning; `settings` and `parameters` of the execution that made it."""
    arn = execution_of(package)
    return {"back": _back(visit, package["ModelPackageArn"]), "execution": arn, **_made(visit, arn)}


def side_by_side(visit: Visit, packages: Sequence[Shape]) -> list[Shape]:
    """What differs in how the packages were made: rows with a value for each."""
    made = [_given(visit, package) for package in packages]
    names = dict.fromkeys(name for one in made for name in one)
    rows = [{"name": name, "values": [one.get(name) for one in made]} for name in names]
    return [row for row in rows if len(set(row["values"])) > 1]


def _given(visit: Visit, package: Shape) -> dict[str, str]:
    arn = execution_of(package)
    found = _made(visit, arn)
    container = (package.get("InferenceSpecification", {}).get("Containers") or [{}])[0]
    properties = package.get("MetadataProperties", {})
    given = {
        "commit": properties.get("CommitId", ""),
        **found["parameters"],
        **{name: value for name, value in found["settings"].items() if not comparison.is_of_run(value, arn)},
        "container image": container.get("Image", ""),
    }
    return {name: value for name, value in given.items() if value}


def _made(visit: Visit, arn: str) -> Shape:
    if not arn or visit.call_if_there("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=arn) is None:
        return {"parameters": {}, "settings": {}}
    steps = steps_of(visit, arn)
    return {"parameters": parameters_of(visit, arn), "settings": comparison.settings_of(visit, steps)}


def _back(visit: Visit, arn: str) -> list[Shape]:
    try:
        found: list[Shape] = explain(visit.context.baseplate.store, arn)["back"]
    except Unknown:
        return []
    return found
