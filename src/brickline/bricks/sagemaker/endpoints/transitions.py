"""An endpoint's statuses, and how it gets from one to the next. Pure: processes and the store are others' concern.

    Creating -> InService | Failed
    InService -> Updating (UpdateEndpoint, UpdateEndpointWeightsAndCapacities) -> InService
    Updating -> RollingBack -> InService, with a FailureReason; the old instances serve all the while
    InService | Failed -> Deleting -> gone

An instance that ends while its endpoint is in service is replaced; one of a deployment's new instances rolls it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from brickline.baseplate.brick import Shape
from brickline.bricks.sagemaker.endpoints.fleets import Deployment, Fleet, Fleets, Variant
from brickline.bricks.sagemaker.endpoints.rollout import Rollout, rollout_of

_STEADY_SECONDS = 60.0
"""An instance that served for so long did not end because of its start."""
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Observed:
    """How an instance is."""

    state: Literal["starting", "ready", "failed"] = "starting"
    reason: str = ""
    served: float = 0.0
    """Seconds since it was first ready."""
    is_idle: bool = True


_UNKNOWN = Observed()


class Progress:
    """One look at an endpoint: `advance` changes `document` (its status) and `fleets` as far as they can go now."""

    def __init__(self, document: Shape, fleets: Fleets, observed: Mapping[int, Observed], now: float) -> None:
        self._document = document
        self._fleets = fleets
        self._observed = observed
        self._now = now
        self._steps: Mapping[str, Callable[[], float | None]] = {
            "Creating": self._create,
            "InService": self._serve,
            "Updating": self._update,
            "RollingBack": self._restore,
        }

    def advance(self, alarm: str = "") -> float | None:
        """Seconds until time itself brings a change, None where only an instance can.

        `alarm` says which of the deployment's alarms went off.
        """
        self._forget_idle()
        if alarm and self._is_deployed:
            return self._roll_back(alarm)
        step = self._steps.get(self._document["EndpointStatus"])
        waits = [step() if step else None, *(due - self._now for due in self._fleets.leaving.values())]
        known = [max(wait, 0.0) for wait in waits if wait is not None]
        return min(known) if known else None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to drive: it failed or is deleted, and every instance is gone."""
        return self._document["EndpointStatus"] in ("Failed", "Deleting") and not self._fleets.leaving

    def _create(self) -> float | None:
        fleet = self._fleets.new
        for variant in fleet.variants:
            self._fill(variant, variant.count)
        if reason := self._failure(fleet):
            self._fleets.dismiss(fleet.instances, self._now)
            self._fleets.deployment = None
            self._document |= {"EndpointStatus": "Failed", "FailureReason": reason}
        elif self._is_ready(fleet):
            fleet.share = 1.0
            self._fleets.deployment = None
            self._document["EndpointStatus"] = "InService"
        return None

    def _serve(self) -> float | None:
        return self._replace_failed(self._fleets.current)

    def _update(self) -> float | None:
        assert self._fleets.deployment is not None
        if self._fleets.deployment.desired is not None:
            return self._scale(self._fleets.deployment.desired)
        return self._deploy(self._fleets.deployment)

    def _scale(self, desired: Mapping[str, Shape]) -> float | None:
        """New weights and counts: at once where the instances are there, else as soon as they are."""
        fleet = self._fleets.current
        for variant in fleet.variants:
            self._fill(variant, desired[variant.name]["count"])
        if reason := self._failure(fleet):
            self._document |= {"EndpointStatus": "RollingBack", "FailureReason": reason}
            return 0.0
        pause = self._replace_failed(fleet)
        if not self._is_ready(fleet):
            return pause
        for variant in fleet.variants:
            variant.weight, variant.count = desired[variant.name]["weight"], desired[variant.name]["count"]
            self._shrink(variant, variant.count)
        return self._finish()

    def _deploy(self, deployment: Deployment) -> float | None:
        """An update: each step's instances start, get their share of the traffic, and bake."""
        old, new = self._fleets.fleets
        rollout = rollout_of(deployment.config, new.size)
        pause = self._replace_failed(old)
        left = deployment.started + rollout.limit - self._now
        if reason := self._failure(new) or ("" if left > 0 else _overdue(rollout)):
            return self._roll_back(reason)
        if deployment.stage == "Provisioning" and not self._activate(deployment, rollout, old, new):
            return left if pause is None else min(pause, left)
        if deployment.stage == "Baking" and self._now >= deployment.until:
            if deployment.step + 1 < len(rollout.shares):
                deployment.step += 1
                deployment.enter("Provisioning", self._now)
                return 0.0
            deployment.enter("Terminating", self._now, rollout.termination_wait)
        if self._now < deployment.until:
            return deployment.until - self._now
        return self._replace(old, new)

    def _activate(self, deployment: Deployment, rollout: Rollout, old: Fleet, new: Fleet) -> bool:
        """A step's traffic goes to the new fleet; False while instances for it are missing."""
        for variant in new.variants:
            self._fill(variant, rollout.new_instances(deployment.step, variant.count))
        if not self._is_ready(new):
            return False
        new.share = rollout.shares[deployment.step]
        old.share = 1 - new.share
        for variant in old.variants:
            self._shrink(variant, rollout.old_instances(deployment.step, variant.count))
        deployment.enter("Baking", self._now, rollout.wait)
        return True

    def _replace(self, old: Fleet, new: Fleet) -> float | None:
        """The update is complete."""
        self._fleets.dismiss(old.instances, self._now)
        self._fleets.fleets = [new]
        self._document["EndpointConfigName"] = new.config
        return self._finish()

    def _roll_back(self, reason: str) -> float:
        old, new = self._fleets.fleets
        old.share = 1.0
        self._fleets.dismiss(new.instances, self._now)
        self._fleets.fleets = [old]
        self._document |= {"EndpointStatus": "RollingBack", "FailureReason": reason}
        return 0.0

    def _restore(self) -> float | None:
        """Back to the fleet as it was: what a rolling deployment or a scaling took or added is undone."""
        if self._fleets.deployment:
            self._fleets.deployment.enter("Restoring", self._now)
        fleet = self._fleets.current
        for variant in fleet.variants:
            self._drop_failed(variant, variant.count)
            self._fill(variant, variant.count)
            self._shrink(variant, variant.count)
        pause = self._replace_failed(fleet)
        return self._finish() if self._is_ready(fleet) else pause

    def _finish(self) -> float | None:
        self._fleets.deployment = None
        self._document["EndpointStatus"] = "InService"
        return None

    @property
    def _is_deployed(self) -> bool:
        return self._document["EndpointStatus"] == "Updating" and len(self._fleets.fleets) == 2

    def _fill(self, variant: Variant, count: int) -> None:
        while len(variant.instances) < count:
            variant.instances.append(self._fleets.new_instance())

    def _shrink(self, variant: Variant, count: int) -> None:
        surplus = variant.instances[count:]
        del variant.instances[count:]
        self._fleets.dismiss(((variant, instance) for instance in surplus), self._now)

    def _drop_failed(self, variant: Variant, count: int) -> None:
        """Failed instances beyond the count go first, so that those that serve stay."""
        surplus = len(variant.instances) - count
        failed = [one for one in variant.instances if self._of(one.number).state == "failed"][: max(surplus, 0)]
        variant.instances = [one for one in variant.instances if one not in failed]
        self._fleets.dismiss(((variant, instance) for instance in failed), self._now)

    def _replace_failed(self, fleet: Fleet) -> float | None:
        """A new instance for each that ended, later and later where they do not stay; seconds until the next start."""
        for variant in fleet.variants:
            for place, instance in enumerate(variant.instances):
                observed = self._of(instance.number)
                if observed.state == "failed":
                    attempt = 0 if observed.served > _STEADY_SECONDS else instance.attempt + 1
                    pause = min(2.0 ** (attempt - 2), _LONGEST_PAUSE) if attempt > 1 else 0.0
                    variant.instances[place] = self._fleets.new_instance(attempt, self._now + pause)
        starts = (instance.not_before for _, instance in fleet.instances)
        return min((start - self._now for start in starts if start > self._now), default=None)

    def _failure(self, fleet: Fleet) -> str:
        """Why an instance that a change started has failed; empty where none has. Others are replaced."""
        for _, instance in fleet.instances:
            observed = self._of(instance.number)
            is_new = self._fleets.fleets[0] is not fleet or (not observed.served and not instance.attempt)
            if observed.state == "failed" and is_new:
                return observed.reason
        return ""

    def _is_ready(self, fleet: Fleet) -> bool:
        return all(self._of(instance.number).state == "ready" for _, instance in fleet.instances)

    def _forget_idle(self) -> None:
        leaving = self._fleets.leaving
        for number, due in list(leaving.items()):
            if self._of(int(number)).is_idle or self._now >= due:
                del leaving[number]

    def _of(self, number: int) -> Observed:
        return self._observed.get(number, _UNKNOWN)


def _overdue(rollout: Rollout) -> str:
    return f"The deployment did not complete within MaximumExecutionTimeoutInSeconds ({rollout.limit:.0f} seconds)."
