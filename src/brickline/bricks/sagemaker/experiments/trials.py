"""Trials: collections of trial components."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.membership import Membership
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked


class Trials:
    """CreateTrial, DescribeTrial, ListTrials, UpdateTrial, DeleteTrial; trial components join and leave trials."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._trials = Tracked(baseplate, kinds.TRIAL)
        self._experiments = Tracked(baseplate, kinds.EXPERIMENT)
        self._membership = Membership(baseplate)

    def create_trial(self, context: Context, request: Shape) -> Shape:
        experiment = self._experiments.get(context, request["ExperimentName"])
        named = {"DisplayName": request["TrialName"], **request, "ExperimentName": experiment.name}
        return {"TrialArn": self._trials.create(context, request["TrialName"], named).arn}

    def describe_trial(self, context: Context, request: Shape) -> Shape:
        return self._trials.get(context, request["TrialName"]).document

    def list_trials(self, context: Context, request: Shape) -> Shape:
        if experiment := request.get("ExperimentName"):
            request = {**request, "ExperimentName": self._experiments.get(context, experiment).name}
        if component := request.get("TrialComponentName"):
            request = {**request, "TrialNames": self._membership.trials_of(context, component)}
        return self._trials.resources.page(context, request)

    def update_trial(self, context: Context, request: Shape) -> Shape:
        return {"TrialArn": self._trials.update(context, request["TrialName"], request).arn}

    def delete_trial(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            trial = self._trials.get(context, request["TrialName"])
            if components := self._membership.components_of(context, trial.name):
                raise invalid(
                    f"Trial {trial.name!r} still has trial component {components[0].name!r}; "
                    "disassociate its trial components first"
                )
            self._trials.delete(context, trial.name)
        return {"TrialArn": trial.arn}

    def associate_trial_component(self, context: Context, request: Shape) -> Shape:
        component = self._membership.join(context, request["TrialComponentName"], request["TrialName"])
        return {"TrialComponentArn": component.arn, "TrialArn": self._trials.get(context, request["TrialName"]).arn}

    def disassociate_trial_component(self, context: Context, request: Shape) -> Shape:
        component = self._membership.leave(context, request["TrialComponentName"], request["TrialName"])
        return {"TrialComponentArn": component.arn, "TrialArn": self._trials.get(context, request["TrialName"]).arn}
