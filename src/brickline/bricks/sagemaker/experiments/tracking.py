"""Every job writes its own trial component: what it was given, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.metrics import Metrics, Point
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.membership import Membership
from brickline.bricks.sagemaker.lineage.tracking import Lineage
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked

_LONGEST_NAME = 120


@dataclass(frozen=True)
class JobTrace:
    """What a job tells of itself. Artifacts are name -> (URI, artifact type)."""

    component: str
    source_type: str
    display_name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class JobTracking:
    """Keeps the trial components and the lineage of jobs."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._components = Tracked(baseplate, kinds.TRIAL_COMPONENT)
        self._trials = Tracked(baseplate, kinds.TRIAL)
        self._experiments = Tracked(baseplate, kinds.EXPERIMENT)
        self._membership = Membership(baseplate)
        self._metrics = Metrics(baseplate.store)
        self._lineage = Lineage(baseplate)

    def check(self, context: Context, config: Shape) -> None:
        """Refuse an ExperimentConfig whose experiment or trial is not there, or do not belong together."""
        experiment, trial = config.get("ExperimentName"), config.get("TrialName")
        if experiment:
            experiment = self._experiments.get(context, experiment).name
        if trial and experiment and self._trials.get(context, trial).document["ExperimentName"] != experiment:
            raise invalid(f"ExperimentConfig: trial {trial!r} does not belong to experiment {experiment!r}")

    def started(self, context: Context, arn: str, trace: JobTrace, config: Shape) -> None:
        """A job has been created: its component, in the trial that `config` names."""
        document = {
            "DisplayName": trace.display_name,
            "Source": {"SourceArn": arn, "SourceType": trace.source_type},
            "Status": {"PrimaryStatus": "InProgress"},
            "Parameters": {name: _parameter(value) for name, value in trace.parameters.items()},
            "InputArtifacts": {name: {"Value": uri} for name, (uri, _) in trace.inputs.items()},
            "OutputArtifacts": {},
        }
        if self._components.resources.exists(context, trace.component):
            return  # a job of this name was deleted before; its component stays
        component = self._components.create(context, trace.component, document)
        self._lineage.job(context, component, trace.inputs.values())
        if trial := config.get("TrialName"):
            self._membership.join(context, component.name, trial)

    def ended(self, context: Context, trace: JobTrace, status: str, message: str, times: tuple[float, float]) -> None:
        """The job is over; `times` are its start and end. Outputs count where it completed."""
        component = self._components.resources.find(context, trace.component)
        if component is None:
            return  # somebody deleted it
        component.document["Status"] = {"PrimaryStatus": status, **({"Message": message[:1024]} if message else {})}
        component.document["StartTime"], component.document["EndTime"] = times
        if status == "Completed":
            component.document["OutputArtifacts"] = {name: {"Value": uri} for name, (uri, _) in trace.outputs.items()}
            self._lineage.produced(context, component, trace.outputs.values())
        self._components.resources.save(component)

    def measured(self, context: Context, name: str, points: list[Point]) -> None:
        """Metric points of a job belong to its component as well."""
        component: Resource | None = self._components.resources.find(context, name)
        if component:
            self._metrics.put(component.arn, points)


def component_name(job: str, suffix: str) -> str:
    """`<job>-aws-training-job`, within the length that a component's name can have."""
    return f"{job[: _LONGEST_NAME - len(suffix) - 1]}-{suffix}"


def _parameter(value: Any) -> Shape:
    """A number where the text is one."""
    try:
        return {"NumberValue": float(value)}
    except (TypeError, ValueError):
        return {"StringValue": str(value)[:2500]}
