"""What the page of an execution shows of the step that its reader has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.metrics import Point, read_points
from brickline.console import charts, jobs, reports, tails
from brickline.console.visit import Visit

_FAILED = ("Failed", "Stopped")
_MOST_POINTS = 20_000


def chosen_step(visit: Visit, step: Shape | None) -> Shape | None:
    """The step with its job (where it has one), or what its metadata says of its outcome."""
    if step is None:
        return None
    found = {**step, "things": list(_things(step.get("Metadata", {})))}
    for label, kind in jobs.BY_LABEL.items():
        if arn := step.get("Metadata", {}).get(label, {}).get("Arn"):
            job = job_view(visit, kind, arn.rpartition("/")[2])
            return {**found, "job": job, "numbers": _file_numbers(visit, job, step.get("files", ())) if job else {}}
    if arn := step.get("Metadata", {}).get("Lambda", {}).get("Arn"):
        found["log"] = tails.tail(
            visit, f"/aws/lambda/{arn.rpartition(':')[2]}", has_failed=step["StepStatus"] in _FAILED
        )
    return found


def job_view(visit: Visit, kind: jobs.JobKind, name: str) -> Shape | None:
    """What is shown of a job: facts, inputs and outputs, numbers, and the end of its log. None where it is gone."""
    document = visit.call_if_there("sagemaker", f"Describe{kind.label}", **{kind.name_member: name})
    if document is None:
        return None
    summary = kind.summary(document)
    series = _series(visit, summary["arn"])
    return {
        **summary,
        "document": document,
        "inputs": list(kind.inputs(document)),
        "outputs": list(kind.outputs(document)),
        "metrics": [points[-1] for points in series.values()],
        "charts": [charts.draw(_chart(name, points)) for name, points in series.items() if len(points) > 1],
        "log": tails.tail(visit, kind.log_group, f"{name}/", has_failed=summary["status"] in _FAILED),
    }


def _series(visit: Visit, arn: str) -> dict[str, list[Point]]:
    """What a job has measured so far, metric by metric.

    From where the job puts it: operations give one point a second at most, and jobs here often take only seconds.
    """
    found: dict[str, list[Point]] = {}
    for point in read_points(visit.context.baseplate.store, arn, newest=_MOST_POINTS):
        found.setdefault(point.name, []).append(point)
    return found


def _chart(name: str, points: Sequence[Point]) -> charts.Chart:
    return charts.Chart(name, [charts.Series(name, [(point.time, point.value) for point in points])])


def _file_numbers(visit: Visit, job: Shape, files: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The numbers in a processing step's property files: those that conditions look at."""
    places = {place.name: place.uri for place in job["outputs"]}
    found: dict[str, float] = {}
    for output, path in files:
        if uri := places.get(output):
            found |= dict(reports.flat(reports.read_json(visit, f"{uri.rstrip('/')}/{path}")))
    return found


def _things(metadata: Shape) -> Any:
    """What the step's metadata names: `(member, value)`; ARNs become links where they are shown."""
    for label, held in metadata.items():
        for member, value in held.items() if isinstance(held, dict) else ():
            if member == "OutputParameters":
                yield from ((f"{label}: {one['Name']}", one["Value"]) for one in value)
            elif isinstance(value, str | int | float):
                yield (label if member == "Arn" else f"{label}: {member}"), str(value)
