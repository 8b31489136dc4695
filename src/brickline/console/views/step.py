"""What the page of an execution shows of the step that its reader has chosen."""

from __future__ import annotations

from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.metrics import Metrics
from brickline.console import charts, jobs, tails
from brickline.console.visit import Visit

_FAILED = ("Failed", "Stopped")


def chosen_step(visit: Visit, step: Shape | None) -> Shape | None:
    """The step with its job (where it has one), or what its metadata says of its outcome."""
    if step is None:
        return None
    found = {**step, "things": list(_things(step.get("Metadata", {})))}
    for label, kind in jobs.BY_LABEL.items():
        if arn := step.get("Metadata", {}).get(label, {}).get("Arn"):
            return {**found, "job": job_view(visit, kind, arn.rpartition("/")[2])}
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
    return {
        **summary,
        "document": document,
        "inputs": list(kind.inputs(document)),
        "outputs": list(kind.outputs(document)),
        "final_metrics": document.get("FinalMetricDataList", []),
        "charts": [charts.draw(one) for one in metric_charts(visit, document, summary["arn"])],
        "log": tails.tail(visit, kind.log_group, f"{name}/", has_failed=summary["status"] in _FAILED),
    }


def metric_charts(visit: Visit, document: Shape, arn: str) -> list[charts.Chart]:
    """A chart for each metric that has more than one point.

    From where the job put them: operations give one point a second at most, and jobs here often take only seconds.
    """
    metrics = Metrics(visit.context.baseplate.store)
    found = []
    for metric in document.get("FinalMetricDataList", ()):
        points = [(point.time, point.value) for point in metrics.points(arn, metric["MetricName"])]
        if len(points) > 1:
            found.append(charts.Chart(metric["MetricName"], [charts.Series(metric["MetricName"], points)]))
    return found


def _things(metadata: Shape) -> Any:
    """What the step's metadata names: `(member, value)`; ARNs become links where they are shown."""
    for label, held in metadata.items():
        for member, value in held.items() if isinstance(held, dict) else ():
            if member == "OutputParameters":
                yield from ((f"{label}: {one['Name']}", one["Value"]) for one in value)
            elif isinstance(value, str | int | float):
                yield (label if member == "Arn" else f"{label}: {member}"), str(value)
