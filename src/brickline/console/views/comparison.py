"""Two executions of pipelines side by side: what was given, what came out, and how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.console import jobs, reports
from brickline.console.executions import names_of, parameters_of, row_of, steps_of
from brickline.console.rendering import duration, phrase
from brickline.console.visit import Html, Visit


@dataclass(frozen=True)
class Row:
    """A value on both sides; None where a side has none."""

    name: str
    left: Any
    right: Any

    @property
    def differs(self) -> bool:
        return bool(self.left != self.right)

    @property
    def change(self) -> float | None:
        """From left to right, where both are numbers."""
        if self.differs and all(isinstance(side, float | int) for side in (self.left, self.right)):
            return float(self.right - self.left)
        return None


def rows(left: Mapping[str, Any], right: Mapping[str, Any], only_differing: bool = False) -> list[Row]:
    """Everything that either side has, in the order of the left one."""
    names = [*left, *(name for name in right if name not in left)]
    found = [Row(name, left.get(name), right.get(name)) for name in names]
    return [row for row in found if row.differs] if only_differing else found


def two(visit: Visit, left: str, right: str) -> Html:
    """The page of `/console/executions?arn=LEFT&with=RIGHT`."""
    sides = [_side(visit, arn) for arn in (left, right)]
    one, other = sides
    values = {
        "sides": sides,
        "parameters": rows(one["parameters"], other["parameters"]),
        "steps": rows(one["durations"], other["durations"]),
        "metrics": rows(one["metrics"], other["metrics"]),
        "settings": rows(one["settings"], other["settings"], only_differing=True),
    }
    return Html("executions/two.html", values)


def _side(visit: Visit, arn: str) -> Shape:
    described = visit.call("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=arn)
    pipeline, _ = names_of(arn)
    steps = steps_of(visit, arn)
    return {
        **row_of(visit, {**described, "StartTime": described["CreationTime"]}),
        "pipeline": pipeline,
        "parameters": parameters_of(visit, arn),
        "durations": {one["StepName"]: _took(visit, one) for one in steps},
        "metrics": _metrics(visit, steps),
        "settings": given_settings(visit, arn, steps),
    }


def settings_of(visit: Visit, steps: Iterable[Shape]) -> dict[str, str]:
    """All that an execution's jobs were given, by step and name."""
    return {
        f"{step}: {name}": value
        for step, kind, job in _jobs(visit, steps)
        for name, value in kind.settings(job)
        if value
    }


def given_settings(visit: Visit, arn: str, steps: Sequence[Shape]) -> dict[str, str]:
    """The settings that say something of what the execution was given: not the paths of what its own steps made, or
    those of the executions that its cached steps were answered by; these always differ."""
    sources = (step.get("CacheHitResult", {}).get("SourcePipelineExecutionArn", "") for step in steps)
    runs = [run.rpartition("/")[2] for run in (arn, *sources) if run]
    return {name: value for name, value in settings_of(visit, steps).items() if not any(run in value for run in runs)}


def _metrics(visit: Visit, steps: Sequence[Shape]) -> dict[str, float]:
    """Of the jobs and of the models that were registered."""
    found = {
        f"{step}: {one['MetricName']}": one["Value"]
        for step, _, job in _jobs(visit, steps)
        for one in job.get("FinalMetricDataList", ())
    }
    for step in steps:
        arn = step.get("Metadata", {}).get("RegisterModel", {}).get("Arn")
        package = visit.call_if_there("sagemaker", "DescribeModelPackage", ModelPackageName=arn) if arn else None
        found |= reports.metrics_of(visit, package) if package else {}
    return found


def _jobs(visit: Visit, steps: Iterable[Shape]) -> Iterator[tuple[str, jobs.JobKind, Shape]]:
    """Each step's name with its job, where it has one that is still there."""
    for step in steps:
        for label, kind in jobs.BY_LABEL.items():
            arn = step.get("Metadata", {}).get(label, {}).get("Arn")
            name = arn.rpartition("/")[2] if arn else ""
            document = visit.call_if_there("sagemaker", f"Describe{label}", **{kind.name_member: name}) if arn else None
            if document:
                yield step["StepName"], kind, document


def _took(visit: Visit, step: Shape) -> str:
    if "CacheHitResult" in step:
        return phrase(visit.language, "from the cache")
    end = step.get("EndTime")
    return duration(end - step["StartTime"]) if end else step["StepStatus"]
