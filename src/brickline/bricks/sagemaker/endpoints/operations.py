"""Endpoints: models that answer predictions. What takes time is the controller's."""

from __future__ import annotations

from collections.abc import Mapping

from brickline.baseplate import clock
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.config_checks import check_weights
from brickline.bricks.sagemaker.endpoints.description import describe
from brickline.bricks.sagemaker.endpoints.fleets import Deployment, Fleet, Fleets, Variant
from brickline.bricks.sagemaker.endpoints.notices import emit_deployment_change, emit_endpoint_change
from brickline.bricks.sagemaker.endpoints.planning import Planning, retain
from brickline.bricks.sagemaker.endpoints.rollout import check_deployment
from brickline.bricks.sagemaker.endpoints.settling import Settling
from brickline.bricks.sagemaker.jobs.checks import check_unique
from brickline.bricks.sagemaker.refusals import invalid
from brickline.bricks.sagemaker.tags import requested_tags
from brickline.images.environments import Environments

DELETION_SECONDS = 5.0
"""So long the requests at work have when their endpoint is deleted."""


class Endpoints:
    """CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, UpdateEndpointWeightsAndCapacities,
    DeleteEndpoint.
    """

    def __init__(self, baseplate: Baseplate, environments: Environments, settling: Settling) -> None:
        self._baseplate = baseplate
        self._store = baseplate.store
        self._endpoints = Resources(baseplate, kinds.ENDPOINT)
        self._planning = Planning(baseplate, environments)
        self._settling = settling

    def create_endpoint(self, context: Context, request: Shape) -> Shape:
        name = request["EndpointName"]
        if self._endpoints.exists(context, name):
            raise kinds.ENDPOINT.taken_error(context, name)
        fleet = self._planning.fleet(context, request["EndpointConfigName"])
        document = {"EndpointStatus": "Creating", "EndpointConfigName": fleet.config}
        if config := request.get("DeploymentConfig"):
            self._check_deployment(config, fleet)
            document["LastDeploymentConfig"] = config
        fleets = Fleets([fleet], _deployment())
        private: Shape = {}
        fleets.write(private)
        describe(document, fleets, {})
        with self._store.write():
            endpoint = self._endpoints.create(
                context, name, document, private=private, tags=requested_tags(request), unfinished=True
            )
            emit_endpoint_change(context, endpoint)
        return {"EndpointArn": endpoint.arn}

    def describe_endpoint(self, context: Context, request: Shape) -> Shape:
        def look() -> Resource:
            return self._endpoints.get(context, request["EndpointName"])

        return (self._settling.wait(look) if context.host else look()).document

    def list_endpoints(self, context: Context, request: Shape) -> Shape:
        return self._endpoints.page(context, request)

    def update_endpoint(self, context: Context, request: Shape) -> Shape:
        with self._endpoints.change(context, request["EndpointName"]) as endpoint:
            _check_in_service(endpoint)
            fleet = self._planning.fleet(context, request["EndpointConfigName"])
            if fleet.config == endpoint.document["EndpointConfigName"]:
                raise invalid("Cannot update endpoint with the same endpoint configuration that it has already.")
            fleets = Fleets.read(endpoint.private)
            if request.get("RetainAllVariantProperties"):
                excluded = request.get("ExcludeRetainedVariantProperties", ())
                retain(fleet, fleets.current, [one["VariantPropertyType"] for one in excluded])
            config = self._deployment_config(endpoint, request)
            self._check_deployment(config, fleet)
            fleets.fleets.append(fleet)
            self._begin(context, endpoint, fleets, _deployment(config))
            emit_deployment_change(context, endpoint)
        return {"EndpointArn": endpoint.arn}

    def update_endpoint_weights_and_capacities(self, context: Context, request: Shape) -> Shape:
        with self._endpoints.change(context, request["EndpointName"]) as endpoint:
            _check_in_service(endpoint)
            fleets = Fleets.read(endpoint.private)
            desired = _desired(fleets.current, request["DesiredWeightsAndCapacities"])
            deployment = _deployment()
            deployment.desired = desired
            self._begin(context, endpoint, fleets, deployment)
        return {"EndpointArn": endpoint.arn}

    def delete_endpoint(self, context: Context, request: Shape) -> Shape:
        """Instances end once the requests that they have are answered, or soon."""
        with self._endpoints.change(context, request["EndpointName"]) as endpoint:
            if endpoint.status not in ("InService", "Failed", "UpdateRollbackFailed"):
                raise invalid(f'Cannot update in-progress endpoint "{endpoint.arn}".')
            fleets = Fleets.read(endpoint.private)
            for fleet in fleets.fleets:
                fleets.dismiss(fleet.instances, clock.now(), DELETION_SECONDS)
            fleets.fleets = []
            fleets.write(endpoint.private)
            endpoint.document["EndpointStatus"] = "Deleting"
            endpoint.unfinished = True
            emit_endpoint_change(context, endpoint)
        return {}

    def _begin(self, context: Context, endpoint: Resource, fleets: Fleets, deployment: Deployment) -> None:
        """In service, and a change is on its way."""
        fleets.deployment, fleets.changer = deployment, context.owner
        fleets.write(endpoint.private)
        endpoint.document.pop("FailureReason", None)
        endpoint.document["EndpointStatus"] = "Updating"
        counts = {one["VariantName"]: one["CurrentInstanceCount"] for one in endpoint.document["ProductionVariants"]}
        describe(endpoint.document, fleets, {})
        for variant in endpoint.document["ProductionVariants"]:
            variant["CurrentInstanceCount"] = counts[variant["VariantName"]]
        emit_endpoint_change(context, endpoint)

    def _deployment_config(self, endpoint: Resource, request: Shape) -> Shape:
        """The request's, or the last one's where it is to be retained; the endpoint remembers it."""
        config: Shape = request.get("DeploymentConfig") or {}
        if request.get("RetainDeploymentConfig") and not config:
            config = endpoint.document.get("LastDeploymentConfig", {})
        if config:
            endpoint.document["LastDeploymentConfig"] = config
        return config

    def _check_deployment(self, config: Shape, fleet: Fleet) -> None:
        check_deployment(config, fleet.size)
        alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms")
        if alarms and not self._baseplate.has("cloudwatch", "DescribeAlarms"):
            raise invalid(
                "DeploymentConfig.AutoRollbackConfiguration.Alarms: alarms are not there; without them a deployment "
                "is rolled back where a new instance fails"
            )


def _deployment(config: Shape | None = None) -> Deployment:
    now = clock.now()
    return Deployment(started=now, config=config or {}, stage_began=now)


def _check_in_service(endpoint: Resource) -> None:
    if endpoint.status != "InService":
        raise invalid(
            f'Cannot update in-progress endpoint "{endpoint.arn}": it is {endpoint.status}, '
            "only an endpoint InService can be updated."
        )


def _desired(fleet: Fleet, changes: list[Shape]) -> dict[str, Shape]:
    """Every variant's weight and count as they are to be."""
    member = "DesiredWeightsAndCapacities"
    check_unique(member, (change["VariantName"] for change in changes))
    known: Mapping[str, Variant] = {variant.name: variant for variant in fleet.variants}
    desired: dict[str, Shape] = {name: {"weight": one.weight, "count": one.count} for name, one in known.items()}
    for change in changes:
        name = change["VariantName"]
        if name not in known:
            raise invalid(f"{member}: there is no variant {name!r}; the endpoint has {', '.join(known)}")
        if change.get("DesiredInstanceCount") == 0:
            raise invalid(f"{member}[{name}].DesiredInstanceCount: a variant needs at least 1 instance")
        if "ServerlessUpdateConfig" in change:
            raise invalid(f"{member}[{name}].ServerlessUpdateConfig: the variant runs on instances")
        desired[name] = {
            "weight": change.get("DesiredWeight", desired[name]["weight"]),
            "count": change.get("DesiredInstanceCount", desired[name]["count"]),
        }
    check_weights(member, [one["weight"] for one in desired.values()])
    return desired
