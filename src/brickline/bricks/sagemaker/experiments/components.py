"""Trial components: what one job or run was given, and what came of it."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.metrics import Metrics
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.membership import Membership
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked

_MERGED = ("Parameters", "InputArtifacts", "OutputArtifacts")


class TrialComponents:
    """Create, describe, list, update and delete trial components."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._metrics = Metrics(baseplate.store)
        self._components = Tracked(baseplate, kinds.TRIAL_COMPONENT)
        self._trials = Tracked(baseplate, kinds.TRIAL)
        self._experiments = Tracked(baseplate, kinds.EXPERIMENT)
        self._membership = Membership(baseplate)

    def create_trial_component(self, context: Context, request: Shape) -> Shape:
        name = request["TrialComponentName"]
        # Clients read the maps without asking whether they are there.
        document = {"DisplayName": name, **{member: {} for member in _MERGED}, **request}
        return {"TrialComponentArn": self._components.create(context, name, document).arn}

    def describe_trial_component(self, context: Context, request: Shape) -> Shape:
        component = self._components.get(context, request["TrialComponentName"])
        return {**component.document, "Metrics": metric_summaries(self._metrics, component)}

    def list_trial_components(self, context: Context, request: Shape) -> Shape:
        if trial := request.get("TrialName"):
            request = {**request, "TrialNames": [self._trials.get(context, trial).name]}
        elif experiment := request.get("ExperimentName"):
            name = self._experiments.get(context, experiment).name
            trials = self._trials.resources.all(context)
            request = {**request, "TrialNames": [t.name for t in trials if t.document["ExperimentName"] == name]}
        return self._components.resources.page(context, request)

    def update_trial_component(self, context: Context, request: Shape) -> Shape:
        component = self._components.update(context, request["TrialComponentName"], request, merged=_MERGED)
        return {"TrialComponentArn": component.arn}

    def delete_trial_component(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            component = self._components.get(context, request["TrialComponentName"])
            if trials := self._membership.trials_of(context, component.name):
                raise invalid(
                    f"Trial component {component.name!r} is still associated with trial {trials[0]!r}; "
                    "disassociate it first"
                )
            self._components.delete(context, component.name)
        return {"TrialComponentArn": component.arn}


def metric_summaries(metrics: Metrics, component: Resource) -> list[Shape]:
    """`Metrics` of a component, as Describe and Search show them."""
    source = component.document.get("Source", {}).get("SourceArn", component.arn)
    return [
        {
            "MetricName": found.name,
            "SourceArn": source,
            "TimeStamp": found.time,
            "Max": found.largest,
            "Min": found.smallest,
            "Last": found.last,
            "Count": found.count,
            "Avg": found.mean,
            "StdDev": found.deviation,
        }
        for found in metrics.summaries(component.arn)
    ]
