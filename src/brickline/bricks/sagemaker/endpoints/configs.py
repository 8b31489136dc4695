"""Endpoint configs: which models an endpoint serves, on how many instances, with which share of the traffic."""

from __future__ import annotations

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import Resources
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.config_checks import check_config, initial_weight
from brickline.bricks.sagemaker.events import emit_state_change
from brickline.bricks.sagemaker.roles import check_role
from brickline.bricks.sagemaker.tags import requested_tags, without_tags


class EndpointConfigs:
    """CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._configs = Resources(baseplate, kinds.ENDPOINT_CONFIG)
        self._models = Resources(baseplate, kinds.MODEL)

    def create_endpoint_config(self, context: Context, request: Shape) -> Shape:
        name = request["EndpointConfigName"]
        if self._configs.exists(context, name):
            raise kinds.ENDPOINT_CONFIG.taken_error(context, name)
        check_config(context, request)
        if role := request.get("ExecutionRoleArn"):
            check_role(context, "ExecutionRoleArn", role)
        for variant in request["ProductionVariants"]:
            self._models.get(context, variant["ModelName"])
        with self._store.write():
            config = self._configs.create(context, name, _document(request), tags=requested_tags(request))
            emit_state_change(context, "Endpoint Config", config)
        return {"EndpointConfigArn": config.arn}

    def describe_endpoint_config(self, context: Context, request: Shape) -> Shape:
        return self._configs.get(context, request["EndpointConfigName"]).document

    def list_endpoint_configs(self, context: Context, request: Shape) -> Shape:
        return self._configs.page(context, request)

    def delete_endpoint_config(self, context: Context, request: Shape) -> Shape:
        """An endpoint goes on with what it has: it only cannot be described by this config any more."""
        with self._store.write():
            config = self._configs.get(context, request["EndpointConfigName"])
            self._configs.delete(config)
            emit_state_change(context, "Endpoint Config", config)
        return {}


def _document(request: Shape) -> Shape:
    variants = [
        {**variant, "InitialVariantWeight": initial_weight(variant)} for variant in request["ProductionVariants"]
    ]
    return {"EnableNetworkIsolation": False, **without_tags(request), "ProductionVariants": variants}
