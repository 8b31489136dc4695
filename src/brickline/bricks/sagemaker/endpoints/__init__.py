"""Endpoints: configs, the fleets that serve them, and the invocations that they answer."""

from __future__ import annotations

from brickline.baseplate.controllers import Controller
from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.endpoints.capture import Captures
from brickline.bricks.sagemaker.endpoints.configs import EndpointConfigs
from brickline.bricks.sagemaker.endpoints.controller import EndpointLife
from brickline.bricks.sagemaker.endpoints.instances import Instances
from brickline.bricks.sagemaker.endpoints.invoking import InvokeEndpoint
from brickline.bricks.sagemaker.endpoints.logs import EndpointLogs
from brickline.bricks.sagemaker.endpoints.measures import Measures
from brickline.bricks.sagemaker.endpoints.operations import Endpoints
from brickline.bricks.sagemaker.endpoints.served import Served
from brickline.bricks.sagemaker.endpoints.settling import Settling
from brickline.bricks.sagemaker.endpoints.workers import Starter
from brickline.images.environments import Environments
from brickline.runtimes import Runtime


class Serving:
    """What endpoints add to the brick: operations, a controller, and the runtime's operations."""

    def __init__(self, baseplate: Baseplate, environments: Environments, runtime: Runtime, starter: Starter) -> None:
        logs = EndpointLogs(baseplate)
        self._instances = Instances(baseplate, runtime, starter, logs)
        self._captures = Captures()
        self._measures = Measures(baseplate)
        served, settling = Served(baseplate), Settling()
        self.parts = (EndpointConfigs(baseplate), Endpoints(baseplate, environments, settling))
        self.runtime_parts = (InvokeEndpoint(served, self._captures, self._measures),)
        self.controllers: dict[str, Controller] = {
            kinds.ENDPOINT.key: EndpointLife(baseplate, self._instances, served, logs, settling)
        }

    def close(self) -> None:
        """Write what was captured and measured, and end the instances; the next start brings them back."""
        self._captures.close()
        self._measures.close()
        self._instances.close()
