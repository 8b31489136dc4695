"""Model containers that are really started, in a server's own environments and sandboxes."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from brickline.baseplate.house import Baseplate
from brickline.bricks.sagemaker.serving.connection import Answer, Container
from brickline.bricks.sagemaker.serving.containers import Containers, Order
from brickline.images.environments import Environments
from brickline.runtimes import JobState, SandboxRuntime, read_output

BUCKET = "models"
PYTHON = "python:3.11-slim"
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
PYTORCH = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3.0-cpu-py311-ubuntu20.04-sagemaker"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
MODEL_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/model"
PATIENCE = 60.0

ECHO = "def model_fn(folder): return folder\ndef predict_fn(data, model): return data\n"
"""An inference.py that answers what it is asked."""


def tar_gz(files: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class Served:
    """Starts containers of models, and asks them."""

    def __init__(self, baseplate: Baseplate, environments: Environments) -> None:
        self.baseplate = baseplate
        self.context = baseplate.context()
        self.runtime = SandboxRuntime()
        self.containers = Containers(baseplate, environments, self.runtime)
        self.orders: list[Order] = []
        self.context.call("s3", "CreateBucket", Bucket=BUCKET)

    def put(self, key: str, data: bytes) -> str:
        self.context.call("s3", "PutObject", Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    def order(
        self, files: Mapping[str, str | bytes], image: str = PYTHON, variables: Mapping[str, str] | None = None
    ) -> Order:
        """A model with this archive; one process that answers."""
        name = f"model-{len(self.orders)}"
        url = self.put(f"{name}/model.tar.gz", tar_gz(files))
        environment = {"SAGEMAKER_MODEL_SERVER_WORKERS": "1", **(variables or {})}
        definition: dict[str, Any] = {"Image": image, "ModelDataUrl": url, "Environment": environment}
        model = {"ModelName": name, "ModelArn": MODEL_ARN}
        order = Order(self.baseplate.job_folder(1000, name), definition, model, token="1000")
        self.orders.append(order)
        return order

    def start(self, order: Order) -> Container:
        self.containers.start(self.context, order, print)
        return self.containers.container(order)

    def serve(self, script: str = ECHO, **more: Any) -> Container:
        """A container of a model with this inference.py, when it answers pings."""
        files = {"code/inference.py": script, **more.pop("files", {})}
        order = self.order(files, **more)
        container = self.start(order)
        self.wait(lambda: container.is_healthy() or self.state(order).phase == "ended")
        assert container.is_healthy(), self.output(order)
        return container

    def failed(self, order: Order) -> str:
        """What a container that does not come up says."""
        self.start(order)
        self.wait(lambda: self.state(order).phase == "ended")
        return self.output(order)

    def state(self, order: Order) -> JobState:
        return self.runtime.state(order.folder)

    def output(self, order: Order | None = None) -> str:
        lines, offset = [], 0
        while True:
            found, following = read_output((order or self.orders[-1]).folder, offset)
            if following == offset:
                return "\n".join(lines)
            lines += [text for _, text in found]
            offset = following

    @staticmethod
    def wait(holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.01)

    def close(self) -> None:
        for order in self.orders:
            self.runtime.forget(order.folder)


def ask(container: Container, body: str | bytes, content_type: str = "application/json", accept: str = "") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return container.invoke(data, {"content-type": content_type, **({"accept": accept} if accept else {})}, PATIENCE)


@pytest.fixture
def served(make_baseplate: Callable[..., Baseplate], environments: Environments) -> Iterator[Served]:
    made = Served(make_baseplate(), environments)
    yield made
    made.close()
