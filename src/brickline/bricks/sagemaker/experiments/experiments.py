"""Experiments: collections of trials."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked


class Experiments:
    """CreateExperiment, DescribeExperiment, ListExperiments, UpdateExperiment, DeleteExperiment."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._experiments = Tracked(baseplate, kinds.EXPERIMENT)
        self._trials = Tracked(baseplate, kinds.TRIAL)

    def create_experiment(self, context: Context, request: Shape) -> Shape:
        name = request["ExperimentName"]
        experiment = self._experiments.create(context, name, {"DisplayName": name, **request})
        return {"ExperimentArn": experiment.arn}

    def describe_experiment(self, context: Context, request: Shape) -> Shape:
        return self._experiments.get(context, request["ExperimentName"]).document

    def list_experiments(self, context: Context, request: Shape) -> Shape:
        return self._experiments.resources.page(context, request)

    def update_experiment(self, context: Context, request: Shape) -> Shape:
        return {"ExperimentArn": self._experiments.update(context, request["ExperimentName"], request).arn}

    def delete_experiment(self, context: Context, request: Shape) -> Shape:
        with self._store.write():
            experiment = self._experiments.get(context, request["ExperimentName"])
            for trial in self._trials.resources.all(context):
                if trial.document["ExperimentName"] == experiment.name:
                    raise invalid(
                        f"Experiment {experiment.name!r} still has trial {trial.name!r}; delete its trials first"
                    )
            self._experiments.delete(context, experiment.name)
        return {"ExperimentArn": experiment.arn}
