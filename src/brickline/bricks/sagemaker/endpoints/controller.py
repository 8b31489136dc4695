"""Drives endpoints: looks at their instances, takes the next step in one transaction, then sees to what it decided."""

from __future__ import annotations

import logging

from brickline.baseplate import clock
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.description import describe
from brickline.bricks.sagemaker.endpoints.fleets import Fleets
from brickline.bricks.sagemaker.endpoints.instances import Instances
from brickline.bricks.sagemaker.endpoints.logs import EndpointLogs
from brickline.bricks.sagemaker.endpoints.notices import emit_deployment_change, emit_endpoint_change
from brickline.bricks.sagemaker.endpoints.served import Served
from brickline.bricks.sagemaker.endpoints.settling import Settling
from brickline.bricks.sagemaker.endpoints.transitions import Progress
from brickline.bricks.sagemaker.jobs.reasons import LONGEST
from brickline.bricks.sagemaker.roles import job_principal

log = logging.getLogger(__name__)

_ALARM_SECONDS = 1.0
"""So often the alarms of a deployment are looked at."""


class EndpointLife:
    """A `Controller`. An endpoint stays unfinished as long as it has instances: they are watched."""

    def __init__(
        self, baseplate: Baseplate, instances: Instances, served: Served, logs: EndpointLogs, settling: Settling
    ) -> None:
        self._store = baseplate.store
        self._baseplate = baseplate
        self._endpoints = Resources(baseplate, kinds.ENDPOINT)
        self._instances = instances
        self._served = served
        self._logs = logs
        self._settling = settling

    def reconcile(self, resource: Resource) -> float | None:
        context, fleets = self._context(resource), Fleets.read(resource.private)
        self._instances.take_over(resource, fleets)
        for worker in self._instances.workers(resource).values():
            for part in worker.parts:
                self._logs.ship(context, resource, worker, part)
        alarm = self._alarm(context, fleets)
        with self._store.write():
            endpoint = resource_by_id(self._store, resource.id)
            if endpoint is None:
                return None
            fleets = Fleets.read(endpoint.private)
            before = set(fleets.leaving)
            delay = self._advance(context, endpoint, fleets, alarm)
        self._served.publish(endpoint, fleets, self._instances.workers(endpoint))
        self._instances.sync(endpoint, context, fleets)
        self._conclude(endpoint, fleets)
        if set(fleets.leaving) - before:
            return 0.0  # now that they get no more requests, they may be idle already
        return min(delay or _ALARM_SECONDS, _ALARM_SECONDS) if _alarms(fleets) else delay

    def fail(self, resource: Resource, error: Exception) -> None:
        """What cannot be driven is not served."""
        with self._endpoints.change_id(resource.id) as endpoint:
            fleets = Fleets.read(endpoint.private)
            for fleet in fleets.fleets:
                fleets.dismiss(fleet.instances, clock.now(), 0.0)
            fleets.fleets, fleets.deployment = [], None
            fleets.write(endpoint.private)
            if endpoint.status != "Deleting":
                reason = f"InternalServerError: {error}"[:LONGEST]
                endpoint.document |= {"EndpointStatus": "Failed", "FailureReason": reason}
                emit_endpoint_change(self._context(endpoint), endpoint)

    def _advance(self, context: Context, endpoint: Resource, fleets: Fleets, alarm: str) -> float | None:
        """The next step; saved, and told of, where it changes anything."""
        observed = self._instances.observe(endpoint)
        before = (endpoint.document.copy(), endpoint.private["fleets"])
        progress = Progress(endpoint.document, fleets, observed, clock.now())
        delay = progress.advance(alarm)
        fleets.write(endpoint.private)
        describe(endpoint.document, fleets, observed)
        if progress.is_over and self._instances.are_gone(endpoint):
            self._end(endpoint)
        elif (endpoint.document, endpoint.private["fleets"]) != before:
            self._save(context, endpoint, before[0], fleets.changer)
        return delay

    def _save(self, context: Context, endpoint: Resource, before: dict[str, object], changer: int) -> None:
        self._endpoints.save(endpoint)
        self._store.after_commit(self._settling.tell)
        pending = endpoint.document.get("PendingDeploymentSummary")
        if pending and _stage(pending) != _stage(before.get("PendingDeploymentSummary")):
            emit_deployment_change(context, endpoint)
        if endpoint.status != before["EndpointStatus"]:
            emit_endpoint_change(context, endpoint)
            if changer:
                self._store.after_commit(lambda: self._baseplate.controllers.wake(changer))
            log.info("%s: %s %s", endpoint.arn, endpoint.status, endpoint.document.get("FailureReason", ""))

    def _end(self, endpoint: Resource) -> None:
        if endpoint.status == "Deleting":
            self._endpoints.delete(endpoint)
            self._store.after_commit(self._settling.tell)
        else:
            endpoint.unfinished = False
            self._endpoints.save(endpoint)

    def _conclude(self, endpoint: Resource, fleets: Fleets) -> None:
        """Nothing of it is left."""
        if not fleets.fleets and self._instances.are_gone(endpoint):
            self._instances.forget(endpoint)

    def _alarm(self, context: Context, fleets: Fleets) -> str:
        """What went off of the alarms that a deployment is to be rolled back by."""
        names = _alarms(fleets)
        if not names:
            return ""
        try:
            found = context.call("cloudwatch", "DescribeAlarms", AlarmNames=names, StateValue="ALARM")
        except Refused as error:
            return f"One or more alarms cannot be looked at: {error.message}"
        raised = [alarm["AlarmName"] for alarm in found.get("MetricAlarms", ())]
        return f"One or more alarms were triggered: {', '.join(raised)}." if raised else ""

    def _context(self, endpoint: Resource) -> Context:
        """As whom the endpoint's own calls are made: a session of its first model's role."""
        fleets = endpoint.private["fleets"]["fleets"]
        role = fleets[0]["variants"][0]["model"].get("ExecutionRoleArn") if fleets else None
        principal = job_principal(endpoint.account, role) if role else ""
        return self._baseplate.context(endpoint.account, endpoint.region, principal, cause=endpoint.arn)


def _alarms(fleets: Fleets) -> list[str]:
    config = fleets.deployment.config if fleets.deployment else {}
    return [alarm["AlarmName"] for alarm in config.get("AutoRollbackConfiguration", {}).get("Alarms", ())]


def _stage(pending: object) -> object:
    """The status of a deployment's variants, without what changes while they stay in it."""
    return pending["ProductionVariants"][0]["VariantStatus"][0]["Status"] if isinstance(pending, dict) else None
