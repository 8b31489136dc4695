"""Endpoints under load while what serves them is replaced or killed: only requests that were cut off may fail."""

from __future__ import annotations

import io
import os
import signal
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from tests.faults.killable import BUCKET, Killable

from brickline.runtimes import SandboxRuntime

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
LONGEST_CALL = 30.0
CODE = """
import os, time

def model_fn(folder):
    return {says!r}

def transform_fn(model, data, content_type, accept):
    time.sleep(0.005)
    return model, 'text/plain'
"""


class Fleet:
    """A server with models that say their version."""

    def __init__(self, server: Killable) -> None:
        self.server = server
        self.sagemaker = server.client("sagemaker")

    def config(self, says: str, instances: int = 2) -> str:
        key = f"{says}/model.tar.gz"
        self.server.client("s3").put_object(Bucket=BUCKET, Key=key, Body=archive(CODE.format(says=says)))
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{key}"}
        self.sagemaker.create_model(ModelName=says, PrimaryContainer=container)
        variant = {"VariantName": "v", "ModelName": says, "InstanceType": "ml.m5.large"}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=says, ProductionVariants=[{**variant, "InitialInstanceCount": instances}]
        )
        return says

    def create(self, config: str) -> None:
        self.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName=config)
        assert self.settled() == "InService"

    def settled(self) -> str:
        self.wait(lambda: self.describe()["EndpointStatus"] in ("InService", "Failed"))
        return str(self.describe()["EndpointStatus"])

    def describe(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName="e")
        return found

    def instances(self) -> int:
        return int(self.describe()["ProductionVariants"][0]["CurrentInstanceCount"])

    def wait(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < until, self.describe()
            time.sleep(0.02)

    def supervisors(self) -> dict[str, int]:
        """The processes that keep the endpoint's containers, by job folder."""
        folders = [*(self.server.data / "jobs").iterdir()]
        found = {folder.name: SandboxRuntime().supervisor_pid(folder) for folder in folders}
        return {name: pid for name, pid in found.items() if pid}


class Load:
    """Clients that ask one after the other until they are told to stop, and remember what happened."""

    def __init__(self, server: Killable, clients: int = 3) -> None:
        self._server = server
        self._done = threading.Event()
        self.answers: list[str] = []
        self.failures: list[str] = []
        self.longest = 0.0
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        runtime = self._server.client("sagemaker-runtime")
        while not self._done.is_set():
            began = time.monotonic()
            try:
                answer = runtime.invoke_endpoint(EndpointName="e", Body=b"1", ContentType="text/csv")["Body"].read()
                self.answers.append(answer.decode())
            except (ClientError, BotoCoreError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.longest = max(self.longest, time.monotonic() - began)


@pytest.fixture
def fleet(killable: Killable) -> Iterator[Fleet]:
    made = Fleet(killable)
    yield made
    made.settled()
    made.sagemaker.delete_endpoint(EndpointName="e")
    made.wait(lambda: not made.sagemaker.list_endpoints()["Endpoints"])


def test_no_request_fails_while_an_endpoint_is_updated_back_and_forth(fleet: Fleet) -> None:
    first, second = fleet.config("first"), fleet.config("second")
    fleet.create(first)
    with Load(fleet.server) as load:
        for config in (second, first, second):
            fleet.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName=config)
            assert fleet.settled() == "InService"
            count = len(load.answers)
            fleet.wait(lambda: len(load.answers) > count + 20)  # noqa: B023
    assert load.failures == []
    assert set(load.answers) == {"first", "second"}
    assert load.answers[-1] == "second"


def test_the_end_of_a_worker_cuts_off_its_own_requests_only(fleet: Fleet) -> None:
    fleet.create(fleet.config("only"))
    with Load(fleet.server) as load:
        fleet.wait(lambda: len(load.answers) > 20)
        victim = next(iter(fleet.supervisors().values()))
        os.kill(victim, signal.SIGKILL)
        fleet.wait(lambda: fleet.instances() == 1)
        fleet.wait(lambda: fleet.instances() == 2)
        count = len(load.answers)
        fleet.wait(lambda: len(load.answers) > count + 20)
    assert len(load.failures) <= 3, load.failures
    assert all("ModelError" in failure for failure in load.failures)


def test_endpoints_outlive_a_killed_server_and_no_request_hangs(fleet: Fleet) -> None:
    fleet.create(fleet.config("only"))
    before = fleet.supervisors()
    assert len(before) == 2
    with Load(fleet.server) as load:
        for _ in range(2):
            fleet.wait(lambda: len(load.answers) > 20)
            fleet.server.kill()
            fleet.server.start()
            load.answers.clear()
    assert load.answers
    assert load.longest < LONGEST_CALL
    assert fleet.supervisors() == before
    assert fleet.describe()["EndpointStatus"] == "InService"


def test_an_update_goes_on_after_the_server_is_killed(fleet: Fleet) -> None:
    fleet.create(fleet.config("first"))
    fleet.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName=fleet.config("second"))
    fleet.server.kill()
    fleet.server.start()
    assert fleet.settled() == "InService"
    assert fleet.describe()["EndpointConfigName"] == "second"
    fleet.wait(lambda: len(fleet.supervisors()) == 2)
    runtime = fleet.server.client("sagemaker-runtime")
    assert runtime.invoke_endpoint(EndpointName="e", Body=b"1")["Body"].read() == b"second"


def archive(code: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(code)
        tar.addfile(member, io.BytesIO(code.encode()))
    return buffer.getvalue()
