"""An account with endpoints whose containers are those of `containers`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.bricks.sagemaker.endpoints.containers import ProgramStarter

from brickline import bricks
from brickline.baseplate.brick import Brick, Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.resources import resource_by_arn
from brickline.bricks.sagemaker import endpoints, pipelines
from brickline.bricks.sagemaker.models import Models
from brickline.images.environments import Environments
from brickline.runtimes import SandboxRuntime

BUCKET = "bucket"
IMAGE = "python:3.11-slim"


def maker(baseplate: Baseplate) -> Brick:
    environments, runtime = Environments.of_server(baseplate.settings), SandboxRuntime()
    serving = endpoints.Serving(baseplate, environments, runtime, ProgramStarter(baseplate, runtime))
    return Brick(
        "sagemaker",
        (Models(baseplate), *pipelines.parts(baseplate), *serving.parts),
        {**pipelines.controllers(baseplate), **serving.controllers},
        serving.close,
        family={"sagemaker-runtime": serving.runtime_parts},
    )


class Account:
    """Endpoints as a client sees them."""

    def __init__(self, baseplate: Baseplate) -> None:
        self.baseplate = baseplate
        self.context: Context = baseplate.context()
        self.made = 0

    def __call__(self, operation: str, **request: Any) -> Shape:
        return self.context.call("sagemaker", operation, **request)

    def model(self, *sources: str, **more: Any) -> str:
        """A model with a container for each source."""
        self.made += 1
        name = f"model-{self.made}"
        containers = [{"Image": IMAGE, "Environment": {"MODEL": source}} for source in sources or ("",)]
        for container, one in zip(containers, more.pop("containers", ()), strict=False):
            container |= one
        given = {"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": containers}
        self("CreateModel", ModelName=name, **given, **more)
        return name

    def config(self, *models: str, **more: Any) -> str:
        """A config with a variant for each model; `variants` change them."""
        self.made += 1
        name = f"config-{self.made}"
        changes = more.pop("variants", [{}] * len(models))
        variants = [
            {
                "VariantName": f"v{index}",
                "ModelName": model,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                **change,
            }
            for index, (model, change) in enumerate(zip(models, changes, strict=True))
        ]
        self("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=variants, **more)
        return name

    def endpoint(self, config: str, name: str = "e") -> Shape:
        """Create an endpoint and wait for it."""
        self("CreateEndpoint", EndpointName=name, EndpointConfigName=config)
        return self.settled(name)

    def update(self, config: str, name: str = "e", **more: Any) -> Shape:
        self("UpdateEndpoint", EndpointName=name, EndpointConfigName=config, **more)
        return self.settled(name)

    def describe(self, name: str = "e") -> Shape:
        return self("DescribeEndpoint", EndpointName=name)

    def settled(self, name: str = "e") -> Shape:
        self.wait(lambda: self.describe(name)["EndpointStatus"] in ("InService", "Failed"))
        return self.describe(name)

    def invoke(self, body: bytes = b"", name: str = "e", **more: Any) -> Shape:
        return self.context.call("sagemaker-runtime", "InvokeEndpoint", EndpointName=name, Body=body, **more)

    def said(self, body: bytes = b"", name: str = "e", **more: Any) -> str:
        return str(self.invoke(body, name, **more)["Body"].decode())

    def refused(self, call: Callable[[], Any]) -> Refused:
        with pytest.raises(Refused) as caught:
            call()
        return caught.value

    def statuses(self, detail_type: str = "SageMaker Endpoint State Change") -> list[str]:
        events = self.baseplate.bus.events()
        return [one["detail"]["EndpointStatus"] for one in events if one["detail-type"] == detail_type]

    def private(self, name: str = "e") -> Shape:
        found = resource_by_arn(self.baseplate.store, self.describe(name)["EndpointArn"])
        assert found is not None
        return found.private

    def log(self, name: str = "e") -> dict[str, list[str]]:
        """Each stream's lines."""
        group = {"logGroupName": f"/aws/sagemaker/Endpoints/{name}"}
        try:
            streams = self.context.call("logs", "DescribeLogStreams", **group)["logStreams"]
        except Refused:
            return {}
        return {
            one["logStreamName"]: [
                event["message"]
                for event in self.context.call(
                    "logs", "GetLogEvents", **group, logStreamName=one["logStreamName"], startFromHead=True
                )["events"]
            ]
            for one in streams
        }

    @staticmethod
    def wait(holds: Callable[[], bool], seconds: float = 30.0) -> None:
        """For what wakes nobody: look again."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not come to hold"
            time.sleep(0.005)


@pytest.fixture
def start(make_baseplate: Callable[..., Baseplate]) -> Iterator[Callable[[], Account]]:
    """`start()` is a server on the same data each time."""
    made: list[Account] = []

    def begin() -> Account:
        baseplate = make_baseplate({**bricks.makers(), "sagemaker": maker})
        baseplate.start()
        account = Account(baseplate)
        if not made:
            account.context.call("s3", "CreateBucket", Bucket=BUCKET)
        made.append(account)
        return account

    yield begin
    if made:
        _remove_all(made[-1])


@pytest.fixture
def account(start: Callable[[], Account]) -> Account:
    return start()


def _remove_all(account: Account) -> None:
    """Instances outlive the server: a test leaves none behind."""
    for one in account("ListEndpoints", MaxResults=100)["Endpoints"]:
        if one["EndpointStatus"] != "Deleting":
            account.settled(one["EndpointName"])
            account("DeleteEndpoint", EndpointName=one["EndpointName"])
    account.wait(lambda: not account("ListEndpoints")["Endpoints"])
