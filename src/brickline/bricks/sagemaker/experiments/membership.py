"""Which trial components belong to which trials (many to many); kept with the component."""

from __future__ import annotations

from contextlib import AbstractContextManager

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tracked import Tracked


class Membership:
    """Joins trial components to trials."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._trials = Tracked(baseplate, kinds.TRIAL)
        self._components = Tracked(baseplate, kinds.TRIAL_COMPONENT)

    def join(self, context: Context, component: str, trial: str) -> Resource:
        trial_name = self._trials.get(context, trial).name
        with self._changed(context, component) as found:
            found.private["trials"] = list(dict.fromkeys([*_trials(found), trial_name]))
        return found

    def leave(self, context: Context, component: str, trial: str) -> Resource:
        trial_name = self._trials.get(context, trial).name
        with self._changed(context, component) as found:
            if trial_name not in _trials(found):
                raise invalid(f"Trial component {component!r} is not associated with trial {trial!r}")
            found.private["trials"] = [name for name in _trials(found) if name != trial_name]
        return found

    def _changed(self, context: Context, component: str) -> AbstractContextManager[Resource]:
        return self._components.resources.change(context, self._components.get(context, component).name)

    def trials_of(self, context: Context, component: str) -> list[str]:
        return _trials(self._components.get(context, component))

    def components_of(self, context: Context, trial: str) -> list[Resource]:
        return [found for found in self._components.resources.all(context) if trial in _trials(found)]

    def parents(self, context: Context, component: Resource) -> list[Shape]:
        """Trials and experiments of a component, as Search shows them."""
        found = (self._trials.resources.find(context, name) for name in _trials(component))
        return [
            {"TrialName": trial.name, "ExperimentName": trial.document["ExperimentName"]} for trial in found if trial
        ]


def _trials(component: Resource) -> list[str]:
    return list(component.private.get("trials", ()))
